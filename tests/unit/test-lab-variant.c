/* Variants: drawn by a keyed hash, the same on every refetch, and none that changes the path of states. */
#include "labs.h"

#include <string.h>

#define NUMBER "{\"id\": \"q1\", \"kind\": \"number\", \"text\": \"?\", \"number\": "
#define DELAYS "{\"set\": \"links[0].delay\", \"from\": [\"10ms\", \"20ms\", \"30ms\", \"40ms\", \"60ms\", \"70ms\"]}"

/* Worked out with Python's hmac and hashlib: HMAC-SHA-256 under "secret" of "teardown-lab-1\0lab\0student\0code\0". */
static void test_code(void) {
  char code[VARIANT_CODE_SIZE];
  variant_code("secret", "lab", "student", code);
  g_assert_cmpstr(code, ==, "VCW9-QZS4");
}

static void test_code_depends_on_all(void) {
  char code[4][VARIANT_CODE_SIZE];
  variant_code("secret", "lab", "student", code[0]);
  variant_code("secret2", "lab", "student", code[1]);
  variant_code("secret", "lab2", "student", code[2]);
  variant_code("secret", "lab", "student2", code[3]);
  for (unsigned i = 0; i < 4; i++)
    for (unsigned k = 0; k < i; k++)
      g_assert_cmpstr(code[i], !=, code[k]);
}

static void test_code_as_copied_by_hand(void) {
  g_assert_true(variant_code_equal("K7QF-2M91", "k7qf2m9l"));
  g_assert_true(variant_code_equal("0000-1111", "OoO0 iIlL"));
  g_assert_false(variant_code_equal("K7QF-2M9X", "K7QF-2M9"));
  g_assert_false(variant_code_equal("K7QF-2M9X", ""));
}

static void test_below_is_fair(void) {
  unsigned seen[7] = {0};
  VariantStream stream;
  variant_stream_init(&stream, "secret", "lab", "student", "purpose");
  for (unsigned i = 0; i < 7000; i++)
    seen[variant_below(&stream, 7)]++;
  for (unsigned i = 0; i < 7; i++) {
    g_assert_cmpuint(seen[i], >, 850); /* 1000 expected, standard deviation 29 */
    g_assert_cmpuint(seen[i], <, 1150);
  }
}

static void test_shuffle_is_a_permutation(void) {
  VariantStream stream;
  variant_stream_init(&stream, "secret", "lab", "student", "purpose");
  g_autofree uint32_t *order = variant_shuffle(&stream, 20);
  uint32_t seen = 0;
  for (unsigned i = 0; i < 20; i++)
    seen |= 1u << order[i];
  g_assert_cmphex(seen, ==, (1u << 20) - 1);
}

static void test_students(void) {
  g_assert_true(variant_is_student("s1234567"));
  g_assert_true(variant_is_student("a.b+c@d.example"));
  static const char *const none[] = {"", ".", "..", "../x", "a/b", "a b", "-o", "\xC3\xA9", "a\nb"};
  for (unsigned i = 0; i < G_N_ELEMENTS(none); i++)
    g_assert_false(variant_is_student(none[i]));
  g_autofree char *long_one = g_strnfill(65, 'a');
  g_assert_false(variant_is_student(long_one));
}

static LabInstance *instance_of(const Lab *lab, const char *student) {
  g_autoptr(GError) error = NULL;
  LabInstance *instance = lab_instance_new(lab, LABS_SECRET, student, &error);
  g_assert_no_error(error);
  return instance;
}

static void test_same_on_every_refetch(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", DELAYS, NUMBER "{\"count\": {}}}");
  g_autoptr(LabInstance) first = instance_of(lab, "s1"), again = instance_of(lab, "s1");
  g_assert_cmpstr(first->code, ==, again->code);
  g_assert_cmpstr(g_ptr_array_index(first->values, 0), ==, g_ptr_array_index(again->values, 0));
}

static void test_students_differ(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", DELAYS, NUMBER "{\"count\": {}}}");
  g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (unsigned i = 0; i < 40; i++) {
    g_autofree char *student = g_strdup_printf("s%u", i);
    g_autoptr(LabInstance) instance = instance_of(lab, student);
    g_hash_table_add(values, g_strdup(g_ptr_array_index(instance->values, 0)));
  }
  g_assert_cmpuint(g_hash_table_size(values), ==, 6); /* all of the pool */
}

/* The key follows the variant: the ACK of the FIN comes two delays later. */
static void test_keys_follow(void) {
  g_autoptr(Lab) lab =
      labs_new("normal/four-segments", DELAYS,
               NUMBER "{\"instant\": {\"event\": {\"state\": \"FIN-WAIT-2\", \"host\": \"client\"}}}}");
  for (unsigned i = 0; i < 10; i++) {
    g_autofree char *student = g_strdup_printf("s%u", i);
    g_autoptr(LabInstance) instance = instance_of(lab, student);
    const LabBlank *blank = g_ptr_array_index(((LabKey *)g_ptr_array_index(instance->keys, 0))->blanks, 0);
    unsigned delay = (unsigned)g_ascii_strtoull(strchr(g_ptr_array_index(instance->values, 0), '"') + 1, NULL, 10);
    g_autofree char *expected = g_strdup_printf("%ums", 2 * delay);
    g_assert_cmpstr(blank->expected, ==, expected);
  }
}

/* A server that closes within the delay of the link makes a simultaneous close: another path. */
#define RISKY                                                                                                          \
  "{\"set\": \"apps[1].do[0]\", \"from\": [{\"at\": \"0s\", \"call\": \"close\"}, "                                    \
  "{\"on\": \"eof\", \"after\": \"10ms\", \"call\": \"close\"}]}"

static void test_other_paths_are_drawn_again(void) {
  g_autoptr(Lab) lab = labs_new("normal/four-segments", RISKY, NUMBER "{\"count\": {}}}");
  unsigned again = 0;
  for (unsigned i = 0; i < 20; i++) {
    g_autofree char *student = g_strdup_printf("s%u", i);
    g_autoptr(LabInstance) instance = instance_of(lab, student);
    g_assert_nonnull(strstr(g_ptr_array_index(instance->values, 0), "eof"));
    again += instance->draw > 0;
  }
  g_assert_cmpuint(again, >, 3); /* half of the first draws */
  g_assert_cmpuint(again, <, 17);
}

static void test_no_draw_will_do(void) {
  g_autoptr(GError) error = NULL;
  g_autoptr(Lab) lab = labs_new("normal/four-segments",
                                "{\"set\": \"apps[1].do[0]\", \"from\": [{\"at\": \"0s\", \"call\": \"close\"}]}",
                                NUMBER "{\"count\": {}}}");
  g_autoptr(LabInstance) instance = lab_instance_new(lab, LABS_SECRET, "s1", &error);
  g_assert_null(instance);
  g_assert_error(error, LAB_ERROR, LAB_ERROR_VARIANT);
}

static void test_bad_pools_do_not_load(void) {
  g_autofree char *complaints =
      labs_complaints("normal/four-segments", "{\"set\": \"links[0].delay\", \"from\": [\"10ms\", \"ten\"]}",
                      NUMBER "{\"count\": {}}}");
  g_assert_nonnull(strstr(complaints, "$.variants[0]"));
  g_assert_nonnull(strstr(complaints, "ten"));
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab-variant/code-is-hmac-sha-256", test_code);
  g_test_add_func("/lab-variant/code-depends-on-secret-lab-and-student", test_code_depends_on_all);
  g_test_add_func("/lab-variant/code-as-copied-by-hand", test_code_as_copied_by_hand);
  g_test_add_func("/lab-variant/numbers-are-fair", test_below_is_fair);
  g_test_add_func("/lab-variant/shuffle-is-a-permutation", test_shuffle_is_a_permutation);
  g_test_add_func("/lab-variant/names-of-students", test_students);
  g_test_add_func("/lab-variant/same-on-every-refetch", test_same_on_every_refetch);
  g_test_add_func("/lab-variant/students-differ", test_students_differ);
  g_test_add_func("/lab-variant/keys-follow-the-variant", test_keys_follow);
  g_test_add_func("/lab-variant/other-paths-are-drawn-again", test_other_paths_are_drawn_again);
  g_test_add_func("/lab-variant/no-draw-will-do", test_no_draw_will_do);
  g_test_add_func("/lab-variant/a-bad-pool-does-not-load", test_bad_pools_do_not_load);
  return g_test_run();
}
