#include "trace/names.h"

#include <glib.h>

static void test_empty_table_finds_nothing(void) {
  Names *names = names_new();
  g_assert_cmpuint(names_find(names, "client"), ==, 0);
  g_assert_cmpuint(names_find(names, ""), ==, 0);
  g_assert_null(names_text(names, 0));
  names_free(names);
  names_free(NULL);
}

static void test_names_are_numbered_in_the_order_of_first_sight(void) {
  Names *names = names_new();
  g_assert_cmpuint(names_intern(names, "server"), ==, 1);
  g_assert_cmpuint(names_intern(names, "client"), ==, 2);
  g_assert_cmpuint(names_intern(names, "server"), ==, 1);
  g_assert_cmpuint(names_intern(names, ""), ==, 3);
  g_assert_cmpuint(names_intern(names, "a"), ==, 4);
  g_assert_cmpuint(names_find(names, "client"), ==, 2);
  g_assert_cmpuint(names_find(names, ""), ==, 3);
  g_assert_cmpuint(names_find(names, "clien"), ==, 0);
  g_assert_cmpuint(names_find(names, "clients"), ==, 0);
  g_assert_cmpstr(names_text(names, 2), ==, "client");
  g_assert_cmpstr(names_text(names, 3), ==, "");
  names_free(names);
}

static void test_text_that_the_caller_changes_afterwards_stays_as_it_was(void) {
  Names *names = names_new();
  char text[] = "web";
  Name web = names_intern(names, text);
  text[0] = 'W';
  g_assert_cmpstr(names_text(names, web), ==, "web");
  g_assert_cmpuint(names_find(names, "Web"), ==, 0);
  names_free(names);
}

static void test_many_names_keep_their_number_and_their_address(void) {
  enum { MANY = 20000 };
  Names *names = names_new();
  const char *first = names_text(names, names_intern(names, "name 0"));
  char text[32];
  for (unsigned i = 0; i < MANY; i++) {
    g_snprintf(text, sizeof text, "name %u", i);
    g_assert_cmpuint(names_intern(names, text), ==, i + 1);
  }
  g_assert_true(names_text(names, 1) == first);
  for (unsigned i = 0; i < MANY; i++) {
    g_snprintf(text, sizeof text, "name %u", i);
    g_assert_cmpuint(names_find(names, text), ==, i + 1);
    g_assert_cmpstr(names_text(names, i + 1), ==, text);
  }
  g_assert_cmpuint(names_find(names, "name 20000"), ==, 0);
  names_free(names);
}

/* All texts over the octets 0x01, 0x7f, 0x80, 0xff up to four long: prefixes of each other, and the top bit set. */
static void test_prefixes_and_high_octets_are_told_apart(void) {
  static const char letters[] = "\x01\x7f\x80\xff";
  Names *names = names_new();
  for (int pass = 0; pass < 2; pass++) {
    Name due = 1;
    for (unsigned length = 0; length <= 4; length++)
      for (unsigned i = 0; i < 1u << (2 * length); i++) {
        char text[5] = {0};
        for (unsigned k = 0; k < length; k++)
          text[k] = letters[i >> (2 * k) & 3];
        if (pass == 0)
          g_assert_cmpuint(names_find(names, text), ==, 0);
        g_assert_cmpuint(names_intern(names, text), ==, due);
        g_assert_cmpstr(names_text(names, due), ==, text);
        due++;
      }
  }
  names_free(names);
}

/* "a", "aa", "aaa" ...: the tree grows as deep as names can make it, and look-ups must still end soon. */
static void test_each_name_a_prefix_of_the_next_is_still_found(void) {
  enum { MANY = 2000 };
  Names *names = names_new();
  char text[MANY + 1];
  for (unsigned i = 0; i < MANY; i++) {
    text[i] = 'a';
    text[i + 1] = '\0';
    g_assert_cmpuint(names_intern(names, text), ==, i + 1);
  }
  text[MANY / 2] = '\0';
  g_assert_cmpuint(names_find(names, text), ==, MANY / 2);
  names_free(names);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/names/empty-table-finds-nothing", test_empty_table_finds_nothing);
  g_test_add_func("/names/are-numbered-in-the-order-of-first-sight",
                  test_names_are_numbered_in_the_order_of_first_sight);
  g_test_add_func("/names/text-that-the-caller-changes-afterwards-stays-as-it-was",
                  test_text_that_the_caller_changes_afterwards_stays_as_it_was);
  g_test_add_func("/names/many-names-keep-their-number-and-their-address",
                  test_many_names_keep_their_number_and_their_address);
  g_test_add_func("/names/prefixes-and-high-octets-are-told-apart", test_prefixes_and_high_octets_are_told_apart);
  g_test_add_func("/names/each-name-a-prefix-of-the-next-is-still-found",
                  test_each_name_a_prefix_of_the_next_is_still_found);
  return g_test_run();
}
