#include "trace/notation.h"

#include <glib.h>
#include <string.h>

static void test_flags_print_as_packetdrill_writes_them(void) {
  static const struct {
    TcpFlags flags;
    const char *text;
  } cases[] = {
      {0, "-"},
      {TCP_SYN, "S"},
      {TCP_SYN | TCP_ACK, "S."},
      {TCP_FIN | TCP_ACK, "F."},
      {TCP_FIN | TCP_PSH | TCP_ACK, "FP."},
      {TCP_RST, "R"},
      {TCP_RST | TCP_ACK, "R."},
      {TCP_ACK, "."},
      {TCP_PSH | TCP_ACK, "P."},
      {TCP_SYN | TCP_ECE | TCP_CWR, "SEW"},
      {0xff, "SFRP.UEW"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char buffer[9];
    g_assert_cmpstr(tcp_flags_print(cases[i].flags, buffer, sizeof buffer), ==, cases[i].text);
  }
}

static void test_every_set_of_flags_is_read_back(void) {
  for (unsigned flags = 0; flags < 256; flags++) {
    char buffer[9];
    TcpFlags read = (TcpFlags)~flags;
    g_assert_true(tcp_flags_parse(tcp_flags_print((TcpFlags)flags, buffer, sizeof buffer), &read));
    g_assert_cmpuint(read, ==, flags);
  }
}

static void test_flag_letters_in_any_order_are_read(void) {
  TcpFlags flags = 0xff;
  g_assert_true(tcp_flags_parse("", &flags));
  g_assert_cmpuint(flags, ==, 0);
  g_assert_true(tcp_flags_parse(".F", &flags));
  g_assert_cmpuint(flags, ==, TCP_FIN | TCP_ACK);
  g_assert_true(tcp_flags_parse("WEU.PRFS", &flags));
  g_assert_cmpuint(flags, ==, 0xff);
}

static void test_letter_that_is_no_flag_is_refused(void) {
  static const char *const texts[] = {"A", "FIN", "f", "F-", "-F", "--", " ", "F. "};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    TcpFlags flags = 0xa5;
    g_assert_false(tcp_flags_parse(texts[i], &flags));
    g_assert_cmpuint(flags, ==, 0xa5);
  }
}

static void test_options_print_in_one_order_and_none_is_empty(void) {
  char buffer[160];
  TcpOptions options = {0};
  g_assert_cmpstr(tcp_options_print(&options, buffer, sizeof buffer), ==, "");
  options = (TcpOptions){
      .has = TCP_OPT_MSS | TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TS, .mss = 1460, .wscale = 7, .ts_val = 1};
  g_assert_cmpstr(tcp_options_print(&options, buffer, sizeof buffer), ==, "mss 1460,sackOK,TS 1 ecr 0,wscale 7");
  options = (TcpOptions){.has = TCP_OPT_TS, .ts_val = 100, .ts_ecr = 200, .n_sack = 2, .sack = {{1, 2}, {5, 6}}};
  g_assert_cmpstr(tcp_options_print(&options, buffer, sizeof buffer), ==, "TS 100 ecr 200,sack 1:2 5:6");
}

static void test_longest_options_fit_the_promised_buffer(void) {
  TcpOptions options = {.has = TCP_OPT_MSS | TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TS,
                        .mss = UINT16_MAX,
                        .wscale = UINT8_MAX,
                        .ts_val = UINT32_MAX,
                        .ts_ecr = UINT32_MAX,
                        .n_sack = TCP_OPTIONS_MAX_SACK};
  for (unsigned i = 0; i < TCP_OPTIONS_MAX_SACK; i++)
    options.sack[i].left = options.sack[i].right = UINT32_MAX;
  char buffer[160];
  g_assert_cmpuint(strlen(tcp_options_print(&options, buffer, sizeof buffer)), <, 160);
}

static void assert_options_equal(const TcpOptions *a, const TcpOptions *b) {
  g_assert_cmpuint(a->has, ==, b->has);
  g_assert_cmpuint(a->wscale, ==, b->wscale);
  g_assert_cmpuint(a->mss, ==, b->mss);
  g_assert_cmpuint(a->n_sack, ==, b->n_sack);
  g_assert_cmpuint(a->ts_val, ==, b->ts_val);
  g_assert_cmpuint(a->ts_ecr, ==, b->ts_ecr);
  for (unsigned i = 0; i < a->n_sack; i++) {
    g_assert_cmpuint(a->sack[i].left, ==, b->sack[i].left);
    g_assert_cmpuint(a->sack[i].right, ==, b->sack[i].right);
  }
}

static void test_every_set_of_options_is_read_back(void) {
  for (uint8_t has = 0; has < 16; has++)
    for (uint8_t n_sack = 0; n_sack <= (has & TCP_OPT_TS ? 3 : 4); n_sack++) {
      TcpOptions options = {.has = has, .n_sack = n_sack}, read = {0};
      options.mss = has & TCP_OPT_MSS ? 65535 : 0;
      options.wscale = has & TCP_OPT_WSCALE ? 14 : 0;
      options.ts_val = has & TCP_OPT_TS ? UINT32_MAX : 0;
      for (uint8_t i = 0; i < n_sack; i++) {
        options.sack[i].left = 10u * i;
        options.sack[i].right = UINT32_MAX - i;
      }
      char buffer[160];
      g_assert_true(tcp_options_parse(tcp_options_print(&options, buffer, sizeof buffer), &read));
      assert_options_equal(&options, &read);
    }
}

static void test_options_as_packetdrill_writes_them_are_read(void) {
  TcpOptions options,
      expected = {
          .has = TCP_OPT_MSS | TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TS, .mss = 1460, .wscale = 7, .ts_val = 100};
  g_assert_true(tcp_options_parse("mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7", &options));
  assert_options_equal(&options, &expected);
}

static void test_malformed_options_are_refused_and_leave_the_result_alone(void) {
  static const char *const texts[] = {"mss",
                                      "mss 65536",
                                      "mss -1",
                                      "mss 01460",
                                      "mss 1460,",
                                      ",mss 1460",
                                      "mss 1460 ",
                                      "mss 1,mss 2",
                                      "mss  1460",
                                      "wscale 15",
                                      "wscale 99999999999999999999",
                                      "sackOK,sackOK",
                                      "sackok",
                                      "sack",
                                      "sack 1",
                                      "sack 1:",
                                      "sack 1:2,sack 3:4",
                                      "sack 1:2 3:4 5:6 7:8 9:10",
                                      "TS 1 ecr 0,sack 1:2 3:4 5:6 7:8",
                                      "TS 1",
                                      "TS 1 ecr 4294967296",
                                      "TS 1 ecr 0 ",
                                      "TS 1 ecr 0,TS 1 ecr 0",
                                      "window 7",
                                      " "};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    TcpOptions options = {.has = TCP_OPT_MSS, .mss = 536};
    g_test_message("\"%s\"", texts[i]);
    g_assert_false(tcp_options_parse(texts[i], &options));
    g_assert_cmpuint(options.mss, ==, 536);
  }
}

static void test_size_on_the_wire_is_what_linux_and_the_bsds_send(void) {
  static const struct {
    const char *options;
    unsigned size;
  } cases[] = {
      {"", 0},
      {"mss 1460", 4},
      {"wscale 7", 4},
      {"sackOK", 4},
      {"TS 1 ecr 0", 12},
      {"sackOK,TS 1 ecr 0", 12},
      {"mss 1460,sackOK,TS 1 ecr 0,wscale 7", 20},
      {"mss 1460,sackOK,wscale 7", 12},
      {"sack 1:2", 12},
      {"sack 1:2 3:4 5:6 7:8", 36},
      {"TS 1 ecr 0,sack 1:2 3:4 5:6", 40},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    TcpOptions options;
    g_assert_true(tcp_options_parse(cases[i].options, &options));
    g_assert_cmpuint(tcp_options_size(&options), ==, cases[i].size);
  }
}

static void test_segment_prints_as_packetdrill_writes_it(void) {
  char buffer[64];
  g_assert_cmpstr(tcp_segment_print(TCP_FIN | TCP_ACK, 1, 0, 1, buffer, sizeof buffer), ==, "F. 1:1(0) ack 1");
  g_assert_cmpstr(tcp_segment_print(TCP_PSH | TCP_ACK, 1, 1000, 7, buffer, sizeof buffer), ==, "P. 1:1001(1000) ack 7");
  g_assert_cmpstr(tcp_segment_print(TCP_SYN, 0, 0, 99, buffer, sizeof buffer), ==, "S 0:0(0)");
  g_assert_cmpstr(tcp_segment_print(TCP_RST, 5, 0, 99, buffer, sizeof buffer), ==, "R 5:5(0)");
}

static void test_longest_segment_wraps_and_fits_the_promised_buffer(void) {
  char buffer[64];
  tcp_segment_print(0xff, UINT32_MAX, UINT32_MAX, UINT32_MAX, buffer, sizeof buffer);
  g_assert_cmpstr(buffer, ==, "SFRP.UEW 4294967295:4294967294(4294967295) ack 4294967295");
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add_func("/notation/" path, test)
  ADD("flags-print-as-packetdrill-writes-them", test_flags_print_as_packetdrill_writes_them);
  ADD("every-set-of-flags-is-read-back", test_every_set_of_flags_is_read_back);
  ADD("flag-letters-in-any-order-are-read", test_flag_letters_in_any_order_are_read);
  ADD("letter-that-is-no-flag-is-refused", test_letter_that_is_no_flag_is_refused);
  ADD("options-print-in-one-order-and-none-is-empty", test_options_print_in_one_order_and_none_is_empty);
  ADD("longest-options-fit-the-promised-buffer", test_longest_options_fit_the_promised_buffer);
  ADD("every-set-of-options-is-read-back", test_every_set_of_options_is_read_back);
  ADD("options-as-packetdrill-writes-them-are-read", test_options_as_packetdrill_writes_them_are_read);
  ADD("malformed-options-are-refused-and-leave-the-result-alone",
      test_malformed_options_are_refused_and_leave_the_result_alone);
  ADD("size-on-the-wire-is-what-linux-and-the-bsds-send", test_size_on_the_wire_is_what_linux_and_the_bsds_send);
  ADD("segment-prints-as-packetdrill-writes-it", test_segment_prints_as_packetdrill_writes_it);
  ADD("longest-segment-wraps-and-fits-the-promised-buffer", test_longest_segment_wraps_and_fits_the_promised_buffer);
#undef ADD
  return g_test_run();
}
