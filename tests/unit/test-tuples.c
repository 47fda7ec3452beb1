#include "host/tuples.h"

#include "engine/rng.h"

static void empty_table_has_nothing(void) {
  Tuples tuples = {0};
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){1, 2, 3}), ==, 0);
  tuples_clear(&tuples);
}

static void every_part_of_a_tuple_counts(void) {
  Tuples tuples = {0};
  tuples_add(&tuples, (Tuple){80, 1000, 1}, 7);
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){80, 1000, 1}), ==, 7);
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){81, 1000, 1}), ==, 0);
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){80, 1001, 1}), ==, 0);
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){80, 1000, 2}), ==, 0);
  g_assert_cmpuint(tuples_find(&tuples, (Tuple){1000, 80, 1}), ==, 0);
  tuples_clear(&tuples);
}

static void removed_tuple_may_come_again(void) {
  Tuples tuples = {0};
  const Tuple tuple = {80, 1000, 1};
  tuples_add(&tuples, tuple, 7);
  tuples_remove(&tuples, tuple);
  g_assert_cmpuint(tuples_find(&tuples, tuple), ==, 0);
  tuples_add(&tuples, tuple, 8);
  g_assert_cmpuint(tuples_find(&tuples, tuple), ==, 8);
  tuples_clear(&tuples);
}

/* Come and go for ever in a table that needs no more room. */
static void table_does_not_grow_with_what_left(void) {
  Tuples tuples = {0};
  for (unsigned i = 0; i < 100000; i++) {
    const Tuple tuple = {(uint16_t)i, (uint16_t)(i >> 3), 1};
    tuples_add(&tuples, tuple, i + 1);
    tuples_remove(&tuples, tuple);
  }
  g_assert_cmpuint(tuples.count, ==, 0);
  g_assert_cmpuint(tuples.size, <=, 8);
  tuples_clear(&tuples);
}

static gpointer key_of(Tuple tuple) {
  return GSIZE_TO_POINTER((gsize)tuple.lport << 32 | (gsize)tuple.rport << 16 | tuple.peer);
}

/* Random adds, removes and questions, beside a GHashTable. Few different tuples: they meet, and gaps are closed over.
 * */
static void agrees_with_a_hash_table(gconstpointer data) {
  uint64_t ports = (uint64_t)GPOINTER_TO_SIZE(data);
  Rng rng = rng_stream(1, ports, "tuples");
  Tuples tuples = {0};
  GHashTable *model = g_hash_table_new(NULL, NULL);
  for (unsigned i = 0; i < 200000; i++) {
    const Tuple tuple = {(uint16_t)rng_below(&rng, ports), (uint16_t)rng_below(&rng, ports),
                         (uint16_t)rng_below(&rng, 3)};
    gpointer key = key_of(tuple), value = g_hash_table_lookup(model, key);
    g_assert_cmpuint(tuples_find(&tuples, tuple), ==, GPOINTER_TO_UINT(value));
    if (value && rng_below(&rng, 100) < 60) {
      tuples_remove(&tuples, tuple);
      g_hash_table_remove(model, key);
    } else if (!value) {
      tuples_add(&tuples, tuple, i + 1);
      g_hash_table_insert(model, key, GUINT_TO_POINTER(i + 1));
    }
    g_assert_cmpuint(tuples.count, ==, g_hash_table_size(model));
  }
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init(&iter, model);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    gsize k = GPOINTER_TO_SIZE(key);
    const Tuple tuple = {(uint16_t)(k >> 32), (uint16_t)(k >> 16), (uint16_t)k};
    g_assert_cmpuint(tuples_find(&tuples, tuple), ==, GPOINTER_TO_UINT(value));
  }
  g_hash_table_unref(model);
  tuples_clear(&tuples);
}

static void value_of_zero_is_refused(void) {
  if (g_test_subprocess()) {
    Tuples tuples = {0};
    tuples_add(&tuples, (Tuple){1, 2, 3}, 0);
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_failed();
}

static void second_value_is_refused(void) {
  if (g_test_subprocess()) {
    Tuples tuples = {0};
    tuples_add(&tuples, (Tuple){1, 2, 3}, 1);
    tuples_add(&tuples, (Tuple){1, 2, 3}, 2);
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_failed();
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tuples/empty-table-has-nothing", empty_table_has_nothing);
  g_test_add_func("/tuples/every-part-of-a-tuple-counts", every_part_of_a_tuple_counts);
  g_test_add_func("/tuples/removed-tuple-may-come-again", removed_tuple_may_come_again);
  g_test_add_func("/tuples/table-does-not-grow-with-what-left", table_does_not_grow_with_what_left);
  g_test_add_data_func("/tuples/agrees-with-a-hash-table/crowded", GSIZE_TO_POINTER(6), agrees_with_a_hash_table);
  g_test_add_data_func("/tuples/agrees-with-a-hash-table/wide", GSIZE_TO_POINTER(200), agrees_with_a_hash_table);
  g_test_add_func("/tuples/value-of-zero-is-refused", value_of_zero_is_refused);
  g_test_add_func("/tuples/second-value-is-refused", second_value_is_refused);
  return g_test_run();
}
