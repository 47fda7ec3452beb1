/* Captures, octet by octet: blocks and options as the format lays them down, packets whose checksums are computed here
 * a second time, and what the comments say. */
#include "output/export/export.h"
#include "output/export/packet.h"
#include "output/export/pcapng.h"
#include "text-traces.h"

#include <string.h>

static void assert_same(const void *one, size_t one_length, const void *two, size_t two_length) {
  g_assert_cmpuint(one_length, ==, two_length);
  g_assert_true(memcmp(one, two, one_length) == 0);
}

typedef struct Block {
  uint32_t type;
  const uint8_t *body; /* after the two words in front */
  size_t length;       /* without the three words of the frame */
} Block;

static uint32_t le32(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t le16(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p) {
  return be16(p) << 16 | be16(p + 2);
}

/* The blocks of a capture; asserts that their lengths fit together. */
static GArray *blocks_of(const GString *capture) {
  GArray *blocks = g_array_new(FALSE, FALSE, sizeof(Block));
  const uint8_t *octets = (const uint8_t *)capture->str;
  for (size_t at = 0; at < capture->len;) {
    g_assert_cmpuint(capture->len - at, >=, 12);
    uint32_t length = le32(octets + at + 4);
    g_assert_cmpuint(length % 4, ==, 0);
    g_assert_cmpuint(length, <=, capture->len - at);
    g_assert_cmpuint(le32(octets + at + length - 4), ==, length);
    Block block = {le32(octets + at), octets + at + 8, length - 12};
    g_array_append_val(blocks, block);
    at += length;
  }
  return blocks;
}

/* The value of the n-th option of that code; NULL if there are not so many. Asserts that the list is well-formed. */
static const uint8_t *option(const Block *block, size_t from, uint32_t code, unsigned n, size_t *ret_length) {
  const uint8_t *found = NULL;
  for (size_t at = from; at < block->length;) {
    uint32_t this = le16(block->body + at), length = le16(block->body + at + 2);
    g_assert_cmpuint(at + 4 + length, <=, block->length);
    if (this == 0) {
      g_assert_cmpuint(length, ==, 0);
      g_assert_cmpuint(at + 4, ==, block->length);
      return found;
    }
    if (this == code && n-- == 0) {
      found = block->body + at + 4;
      *ret_length = length;
    }
    at += 4 + ((length + 3) & ~3u);
  }
  g_assert_not_reached(); /* no opt_endofopt */
}

static char *option_text(const Block *block, size_t from, uint32_t code, unsigned n) {
  size_t length = 0;
  const uint8_t *value = option(block, from, code, n, &length);
  return value ? g_strndup((const char *)value, length) : NULL;
}

/* Where the options of an enhanced packet block begin. */
static size_t packet_options(const Block *block) {
  return 20 + ((le32(block->body + 12) + 3) & ~(size_t)3);
}

static char *comment(const Block *block, unsigned n) {
  return option_text(block, packet_options(block), 1, n);
}

/* The ones' complement sum, added up bit for bit as RFC 1071 defines it. */
static uint32_t checksum_of(const uint8_t *p, size_t length, uint32_t sum) {
  for (size_t i = 0; i < length; i++)
    sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
  while (sum > 0xFFFF)
    sum = sum % 0x10000 + sum / 0x10000;
  return sum;
}

/* The sum over the pseudo header, the TCP header and the data: 0xFFFF when the checksum is right. */
static uint32_t tcp_sum(const uint8_t *ip, size_t length) {
  uint32_t pseudo = checksum_of(ip + 12, 8, 0) + 6 + (uint32_t)(length - 20);
  return checksum_of(ip + 20, length - 20, pseudo);
}

static GString *capture_of(const Trace *trace, const char *host) {
  g_autoptr(GError) error = NULL;
  GString *out = g_string_new(NULL);
  g_assert_true(pcapng_write(trace, host, out, &error));
  g_assert_no_error(error);
  return out;
}

/* The n-th packet. */
static const Block *packet(const GArray *blocks, unsigned n) {
  for (guint i = 0; i < blocks->len; i++) {
    const Block *block = &g_array_index(blocks, Block, i);
    if (block->type == 6 && n-- == 0)
      return block;
  }
  return NULL;
}

static void test_section_begins_the_file_and_names_the_scenario(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autoptr(GString) capture = capture_of(trace, NULL);
  g_autoptr(GArray) blocks = blocks_of(capture);
  const Block *section = &g_array_index(blocks, Block, 0);
  g_assert_cmphex(section->type, ==, 0x0A0D0D0A);
  g_assert_cmphex(le32(section->body), ==, 0x1A2B3C4D);
  g_assert_cmpuint(le16(section->body + 4), ==, 1);
  g_assert_cmpuint(le16(section->body + 6), ==, 0);
  g_autofree char *title = option_text(section, 16, 1, 0), *scenario = option_text(section, 16, 1, 1);
  g_assert_cmpstr(title, ==, trace->header->title);
  g_assert_cmpstr(scenario, ==, "scenario test/by-hand");
}

static void test_each_host_has_an_interface_of_its_name_in_nanoseconds(void) {
  g_autoptr(Trace) trace = text_trace("three-hosts");
  g_autoptr(GString) capture = capture_of(trace, NULL);
  g_autoptr(GArray) blocks = blocks_of(capture);
  for (guint i = 0; i < trace->header->hosts->len; i++) {
    const Block *interface = &g_array_index(blocks, Block, 1 + i);
    const TraceHost *host = trace->header->hosts->pdata[i];
    size_t length = 0;
    g_assert_cmpuint(interface->type, ==, 1);
    g_assert_cmpuint(le16(interface->body), ==, 101);
    g_autofree char *name = option_text(interface, 8, 2, 0);
    g_assert_cmpstr(name, ==, host->name);
    const uint8_t *resolution = option(interface, 8, 9, 0, &length);
    g_assert_cmpuint(length, ==, 1);
    g_assert_cmpuint(*resolution, ==, 9);
  }
  g_assert_cmpuint(g_array_index(blocks, Block, 1 + trace->header->hosts->len).type, !=, 1);
}

/* Two hosts, a connection of ESTABLISHED ends; the caller goes on from there. */
static void begin(Script *script) {
  script_begin(script, "By hand", "client server", 50);
  script_conn(script, "web", "client", "server", TCP_STATE_ESTABLISHED);
  g_ptr_array_add(script->trace->header->faults, g_strdup("drop the first FIN from client"));
}

static void test_a_packet_is_seen_where_and_when_it_was(void) {
  Script script;
  begin(&script);
  script_at(&script, INT64_C(5000000000000)); /* 58 days: both words of the time count */
  uint64_t id = script_send(&script, "client", "server", "F. 1:1(0) ack 1");
  script_at(&script, INT64_C(5000000050000));
  script_receive(&script, id);
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) capture = capture_of(trace, NULL), sender = capture_of(trace, "client");
  g_autoptr(GArray) blocks = blocks_of(capture), of_sender = blocks_of(sender);
  static const uint64_t at[] = {UINT64_C(5000000000000000), UINT64_C(5000000050000000)};
  for (unsigned i = 0; i < 2; i++) {
    const Block *block = packet(blocks, i);
    size_t length = 0;
    g_assert_cmpuint(le32(block->body), ==, i);
    g_assert_cmpuint((uint64_t)le32(block->body + 4) << 32 | le32(block->body + 8), ==, at[i]);
    const uint8_t *flags = option(block, packet_options(block), 2, 0, &length);
    g_assert_cmpuint(length, ==, 4);
    g_assert_cmpuint(le32(flags) & 3, ==, i == 0 ? 2 : 1);
    const uint8_t *number = option(block, packet_options(block), 5, 0, &length);
    g_assert_cmpuint(length, ==, 8);
    g_assert_cmpuint(le32(number), ==, id);
  }
  g_assert_null(packet(blocks, 2));
  g_assert_nonnull(packet(of_sender, 0));
  g_assert_null(packet(of_sender, 1));
}

static void test_a_lost_segment_is_seen_by_its_sender_alone_and_says_why(void) {
  Script script;
  begin(&script);
  script_state(&script, "client", TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT_1, TCP_CALL_CLOSE, "3.10.4");
  uint64_t id = script_send(&script, "client", "server", "F. 1:1(0) ack 1");
  script_at(&script, 25000);
  TraceRecord lost = {.kind = TRACE_DROPPED, .dropped = {.id = id}};
  lost.dropped.host = script_name(&script, "client");
  lost.dropped.peer = script_name(&script, "server");
  lost.dropped.conn = script_name(&script, "web");
  lost.dropped.at = script_name(&script, "link client>server");
  lost.dropped.by = script_name(&script, "fault 1");
  script_put(&script, lost);
  script_at(&script, 1000000);
  script_resend(&script, "client", "server", "F. 1:1(0) ack 1", 2, "retransmission");
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) capture = capture_of(trace, "client"), peer = capture_of(trace, "server");
  g_autoptr(GArray) blocks = blocks_of(capture), of_peer = blocks_of(peer);
  g_assert_null(packet(of_peer, 0));
  g_autofree char *why = comment(packet(blocks, 0), 0), *state = comment(packet(blocks, 0), 1);
  g_autofree char *again = comment(packet(blocks, 1), 0);
  g_assert_cmpstr(why, ==, "lost on the link by fault 1: drop the first FIN from client");
  g_assert_cmpstr(state, ==, "ESTABLISHED -> FIN-WAIT-1: CLOSE call (3.10.4)");
  g_assert_cmpstr(again, ==, "retransmission, attempt 2");
}

static void test_a_change_of_state_without_a_packet_is_told_by_the_one_before(void) {
  Script script;
  begin(&script);
  script_send(&script, "client", "server", ". 1:1(0) ack 1");
  script_at(&script, 60000000);
  script_state(&script, "client", TCP_STATE_ESTABLISHED, TCP_STATE_CLOSED, TCP_TMO_USER, "3.10.8");
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) capture = capture_of(trace, "client");
  g_autoptr(GArray) blocks = blocks_of(capture);
  char *text = NULL;
  gboolean told = FALSE;
  for (unsigned n = 0; (text = comment(packet(blocks, 0), n)) != NULL; n++) {
    told |= g_str_has_prefix(text, "later, at 60.000 s: ESTABLISHED -> CLOSED: ");
    g_free(text);
  }
  g_assert_true(told);
}

static void test_a_damaged_segment_arrives_with_a_wrong_checksum(void) {
  Script script;
  begin(&script);
  uint64_t id = script_send(&script, "client", "server", "P. 1:101(100) ack 1");
  script_at(&script, 50000);
  script_drop(&script, id, "checksum");
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) capture = capture_of(trace, NULL);
  g_autoptr(GArray) blocks = blocks_of(capture);
  const uint8_t *left = packet(blocks, 0)->body + 20, *came = packet(blocks, 1)->body + 20;
  g_assert_cmphex(checksum_of(left, 20, 0), ==, 0xFFFF);
  g_assert_cmphex(tcp_sum(left, 140), ==, 0xFFFF);
  g_assert_cmphex(checksum_of(came, 20, 0), ==, 0xFFFF);
  g_assert_cmphex(tcp_sum(came, 140), !=, 0xFFFF);
  assert_same(left + 40, 100, came + 40, 100);
}

static void test_a_copy_and_a_forgery_are_seen_by_the_receiver_alone(void) {
  Script script;
  begin(&script);
  uint64_t id = script_send(&script, "client", "server", ". 1:1(0) ack 1");
  uint64_t copy = script_duplicate(&script, id, "fault 1");
  TraceRecord forged = {.kind = TRACE_INJECTED, .injected = {.id = 77, .flags = TCP_RST, .seq = 1}};
  forged.injected.host = script_name(&script, "client");
  forged.injected.peer = script_name(&script, "server");
  forged.injected.conn = script_name(&script, "web");
  forged.injected.by = script_name(&script, "attacker");
  script_put(&script, forged);
  script_at(&script, 50000);
  script_receive(&script, copy);
  script_receive(&script, 77);
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) sender = capture_of(trace, "client"), receiver = capture_of(trace, "server");
  g_autoptr(GArray) of_sender = blocks_of(sender), of_receiver = blocks_of(receiver);
  g_assert_nonnull(packet(of_sender, 0));
  g_assert_null(packet(of_sender, 1));
  g_autofree char *first = comment(packet(of_receiver, 0), 0), *second = comment(packet(of_receiver, 1), 0);
  g_assert_true(g_str_has_prefix(first, "a copy, made on the way by fault 1"));
  g_assert_cmpstr(second, ==, "forged by attacker: client did not send it");
}

/* A segment of a trace, with all that a packet can hold. */
static TraceRecord full_segment(void) {
  TraceRecord record = {.kind = TRACE_SENT, .sent = {.id = 0x12345, .flags = TCP_ACK | TCP_PSH, .seq = 33, .len = 7}};
  record.sent.ack = 5;
  record.sent.win = 70000;
  record.sent.raw_seq = 0xDEADBEEF;
  record.sent.raw_ack = 4; /* so that the ISN is 2^32 - 1 */
  record.sent.sport = 49152;
  record.sent.dport = 80;
  record.sent.opts = (TcpOptions){.has = TCP_OPT_TS, .n_sack = 1, .ts_val = 0x01020304, .ts_ecr = 0x05060708};
  record.sent.opts.sack[0].left = 10;
  record.sent.opts.sack[0].right = 20;
  return record;
}

static void test_a_packet_holds_its_segment_octet_by_octet(void) {
  static const PacketWay way = {.source = 0xC0000201, .destination = 0xC0000202};
  static const uint8_t options[] = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 5, 10, 0, 0, 0, 9, 0, 0, 0, 19};
  TraceRecord record = full_segment();
  g_autoptr(GString) out = g_string_new(NULL);
  g_assert_cmpuint(packet_write(&record, &way, out), ==, 20 + 20 + 24 + 7);
  g_assert_cmpuint(out->len, ==, 71);
  const uint8_t *p = (const uint8_t *)out->str;
  g_assert_cmphex(p[0], ==, 0x45);
  g_assert_cmpuint(be16(p + 2), ==, 71);
  g_assert_cmphex(be16(p + 4), ==, 0x2345);
  g_assert_cmpuint(p[9], ==, 6);
  g_assert_cmphex(be32(p + 12), ==, 0xC0000201);
  g_assert_cmphex(be32(p + 16), ==, 0xC0000202);
  g_assert_cmpuint(be16(p + 20), ==, 49152);
  g_assert_cmpuint(be16(p + 22), ==, 80);
  g_assert_cmphex(be32(p + 24), ==, 0xDEADBEEF);
  g_assert_cmphex(be32(p + 28), ==, 4);
  g_assert_cmpuint(p[32] >> 4, ==, 11);
  g_assert_cmphex(p[33], ==, 0x18);
  g_assert_cmpuint(be16(p + 34), ==, 65535);
  assert_same(p + 40, 24, options, sizeof options);
  g_assert_cmphex(checksum_of(p, 20, 0), ==, 0xFFFF);
  g_assert_cmphex(tcp_sum(p, 71), ==, 0xFFFF);
}

static void test_the_options_of_a_syn_fill_whole_words(void) {
  static const PacketWay way = {.source = 1, .destination = 2};
  static const uint8_t options[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};
  TraceRecord record = {.kind = TRACE_SENT, .sent = {.flags = TCP_SYN}};
  record.sent.opts = (TcpOptions){
      .has = TCP_OPT_MSS | TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TS, .wscale = 7, .mss = 1460, .ts_val = 1};
  g_autoptr(GString) out = g_string_new(NULL);
  packet_write(&record, &way, out);
  assert_same(out->str + 40, out->len - 40, options, sizeof options);
  record.sent.opts.has = TCP_OPT_SACK_OK;
  g_string_truncate(out, 0);
  packet_write(&record, &way, out);
  assert_same(out->str + 40, out->len - 40, "\1\1\4\2", 4);
}

static void test_octets_sent_again_in_other_segments_are_the_same(void) {
  static const PacketWay way = {.source = 1, .destination = 2};
  TraceRecord whole = {.kind = TRACE_SENT, .sent = {.flags = TCP_ACK, .seq = 1, .len = 200}};
  g_autoptr(GString) all = g_string_new(NULL);
  packet_write(&whole, &way, all);
  for (uint32_t from = 0; from < 200; from += 37) {
    TraceRecord part = {.kind = TRACE_SENT, .sent = {.flags = TCP_ACK, .seq = 1 + from, .len = MIN(50, 200 - from)}};
    g_autoptr(GString) out = g_string_new(NULL);
    packet_write(&part, &way, out);
    assert_same(out->str + 40, out->len - 40, all->str + 40 + from, part.sent.len);
  }
}

static void test_what_no_packet_can_hold_is_cut(void) {
  static const PacketWay way = {.source = 1, .destination = 2};
  TraceRecord record = full_segment();
  record.sent.opts.has |= TCP_OPT_MSS | TCP_OPT_WSCALE;
  record.sent.opts.n_sack = 4;
  record.sent.len = UINT32_MAX;
  g_autoptr(GString) out = g_string_new(NULL);
  g_assert_cmpuint(packet_write(&record, &way, out), ==, UINT32_MAX);
  g_assert_cmpuint(out->len, ==, PACKET_MAX);
  g_assert_cmpuint((uint8_t)out->str[32] >> 4, <=, 15);
  g_assert_cmphex(checksum_of((const uint8_t *)out->str, 20, 0), ==, 0xFFFF);
}

static void test_noise_gives_well_formed_blocks_and_the_same_octets_twice(void) {
  for (guint32 seed = 0; seed < 100; seed++) {
    g_autoptr(Trace) trace = text_trace_of_noise(seed, 60);
    g_autoptr(GString) one = g_string_new(NULL), two = g_string_new(NULL);
    gboolean ok = pcapng_write(trace, NULL, one, NULL);
    g_assert_true(ok == pcapng_write(trace, NULL, two, NULL));
    assert_same(one->str, one->len, two->str, two->len);
    g_autoptr(GArray) blocks = blocks_of(one);
    g_assert_cmpuint(blocks->len, >, 2);
  }
}

static void test_a_host_that_is_none_is_an_error(void) {
  g_autoptr(Trace) trace = text_trace("four-segments");
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  g_assert_false(pcapng_write(trace, "nobody", out, &error));
  g_assert_error(error, EXPORT_ERROR, EXPORT_ERROR_NO_HOST);
}

static void test_a_capture_beyond_all_measure_is_an_error(void) {
  Script script;
  begin(&script);
  for (unsigned i = 0; i < 17000; i++)
    script_send(&script, "client", "server", "P. 1:65001(65000) ack 1");
  g_autoptr(Trace) trace = script_end(&script, TRACE_WORD_IDLE);
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  g_assert_false(pcapng_write(trace, NULL, out, &error));
  g_assert_error(error, EXPORT_ERROR, EXPORT_ERROR_TOO_LARGE);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/pcapng/" #name, test_##name)
  ADD(section_begins_the_file_and_names_the_scenario);
  ADD(each_host_has_an_interface_of_its_name_in_nanoseconds);
  ADD(a_packet_is_seen_where_and_when_it_was);
  ADD(a_lost_segment_is_seen_by_its_sender_alone_and_says_why);
  ADD(a_change_of_state_without_a_packet_is_told_by_the_one_before);
  ADD(a_damaged_segment_arrives_with_a_wrong_checksum);
  ADD(a_copy_and_a_forgery_are_seen_by_the_receiver_alone);
  ADD(a_packet_holds_its_segment_octet_by_octet);
  ADD(the_options_of_a_syn_fill_whole_words);
  ADD(octets_sent_again_in_other_segments_are_the_same);
  ADD(what_no_packet_can_hold_is_cut);
  ADD(noise_gives_well_formed_blocks_and_the_same_octets_twice);
  ADD(a_host_that_is_none_is_an_error);
  if (g_test_slow())
    ADD(a_capture_beyond_all_measure_is_an_error);
  return g_test_run();
}
