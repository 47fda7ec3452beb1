/* The simulator asks for memory when something grows, never for an event: twice as many connections, one after the
 * other, take (nearly) as many calls of malloc() as half of them. The calls are counted by standing in for glibc's. */
#include "run/run.h"
#include "scenario/scenario_json.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define CAN_COUNT 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef CAN_COUNT
#endif
#endif

#ifdef CAN_COUNT
static unsigned long calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size) {
  calls++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  calls++;
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  calls++;
  return __libc_realloc(memory, size);
}
#else
static unsigned long calls;
#endif

/* Calls of malloc() while `count` connections open, exchange a kilobyte each way and close, and nobody watches. */
static unsigned long calls_of(unsigned count, const char *loss, const char *profile) {
  g_autofree char *text = g_strdup_printf(
      "{\"version\": 1, \"title\": \"many\", \"seed\": 1, \"hosts\": {\"a\": {\"profile\": \"%s\"}, \"b\": "
      "{\"profile\": \"%s\"}}, \"links\": [{\"between\": [\"a\", \"b\"], \"delay\": \"10ms\", \"loss\": \"%s\"}], "
      "\"connections\": [{\"name\": \"p\", \"from\": \"a\", \"to\": \"b:80\", \"count\": %u, \"arrival\": {\"rate\": "
      "\"20/s\"}, \"state\": \"CLOSED\"}], \"apps\": [{\"host\": \"a\", \"conn\": \"p\", \"do\": [{\"at\": \"0s\", "
      "\"call\": \"connect\"}, {\"on\": \"established\", \"call\": \"send\", \"octets\": 1000}, {\"on\": \"data\", "
      "\"octets_read\": 1000, \"call\": \"close\"}]}, {\"host\": \"b\", \"conn\": \"p\", \"do\": [{\"at\": \"0s\", "
      "\"call\": \"listen\"}, {\"on\": \"data\", \"octets_read\": 1000, \"call\": \"send\", \"octets\": 1000}, "
      "{\"on\": \"eof\", \"call\": \"close\"}]}], \"duration\": \"1000h\"}",
      profile, profile, loss, count);
  GPtrArray *errors = NULL;
  g_autoptr(Scenario) scenario = scenario_parse(text, strlen(text), "many", NULL, &errors);
  g_assert_nonnull(scenario);
  Names *names = names_new();
  unsigned long before = calls;
  RunEnd end = run_scenario(scenario, &(RunOptions){0}, NULL, names, NULL);
  unsigned long during = calls - before;
  names_free(names);
  g_assert_cmpint(end, ==, RUN_IDLE);
  return during;
}

static void assert_no_call_each(const char *loss, const char *profile) {
#ifdef CAN_COUNT
  unsigned long few = calls_of(6000, loss, profile), many = calls_of(12000, loss, profile);
  g_assert_cmpuint(few, >, 0);
  /* 6000 connections more, as many of them at a time, have 120,000 events more */
  g_assert_cmpuint(many, <, few + 60);
#else
  (void)calls_of;
  (void)loss;
  (void)profile;
  g_test_skip("malloc() is not glibc's here");
#endif
}

static void test_more_connections_call_malloc_no_more(void) {
  assert_no_call_each("0%", "rfc9293");
}

static void test_more_connections_with_losses_call_malloc_no_more(void) {
  assert_no_call_each("10%", "rfc9293");
}

static void test_more_connections_of_linux_call_malloc_no_more(void) {
  assert_no_call_each("10%", "linux");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/allocations/more-connections/no-more-calls", test_more_connections_call_malloc_no_more);
  g_test_add_func("/allocations/more-connections-with-losses/no-more-calls",
                  test_more_connections_with_losses_call_malloc_no_more);
  g_test_add_func("/allocations/more-connections-of-linux/no-more-calls",
                  test_more_connections_of_linux_call_malloc_no_more);
  return g_test_run();
}
