#include "output/export/packet.h"

#include <string.h>

enum { IP_HEADER = 20, TCP_HEADER = 20, OPTIONS_MAX = 40, TTL = 64, PROTOCOL_TCP = 6 };
/* Of the flags and the fragment offset: do not fragment. */
#define DONT_FRAGMENT 0x4000u

/* Kinds of options: RFC 9293 3.2, RFC 7323, RFC 2018. */
enum { KIND_NOP = 1, KIND_MSS = 2, KIND_WSCALE = 3, KIND_SACK_OK = 4, KIND_SACK = 5, KIND_TS = 8 };

static uint8_t *put16(uint8_t *p, uint32_t value) {
  p[0] = (uint8_t)(value >> 8);
  p[1] = (uint8_t)value;
  return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t value) {
  return put16(put16(p, value >> 16), value);
}

static uint8_t *put_nops(uint8_t *p, unsigned count) {
  memset(p, KIND_NOP, count);
  return p + count;
}

static uint8_t *put_kind(uint8_t *p, unsigned kind, unsigned length) {
  p[0] = (uint8_t)kind;
  p[1] = (uint8_t)length;
  return p + 2;
}

/* The options as Linux and the BSDs lay them out, in tcp_options_size() octets. `isn` makes SACK's numbers raw. */
static unsigned put_options(uint8_t *start, const TcpOptions *options, uint32_t isn) {
  uint8_t *p = start;
  if (options->has & TCP_OPT_MSS)
    p = put16(put_kind(p, KIND_MSS, 4), options->mss);
  if (options->has & TCP_OPT_SACK_OK) {
    p = options->has & TCP_OPT_TS ? p : put_nops(p, 2);
    p = put_kind(p, KIND_SACK_OK, 2);
  }
  if (options->has & TCP_OPT_TS) {
    p = options->has & TCP_OPT_SACK_OK ? p : put_nops(p, 2);
    p = put32(put32(put_kind(p, KIND_TS, 10), options->ts_val), options->ts_ecr);
  }
  if (options->has & TCP_OPT_WSCALE) {
    p = put_kind(put_nops(p, 1), KIND_WSCALE, 3);
    *p++ = options->wscale;
  }
  if (options->n_sack > 0) {
    p = put_kind(put_nops(p, 2), KIND_SACK, 2u + 8u * options->n_sack);
    for (unsigned i = 0; i < options->n_sack; i++)
      p = put32(put32(p, options->sack[i].left + isn), options->sack[i].right + isn);
  }
  return (unsigned)(p - start);
}

/* The options of a segment that 40 octets have room for. */
static TcpOptions fitting_options(const TcpOptions *options) {
  TcpOptions fitting = *options;
  while (fitting.n_sack > 0 && tcp_options_size(&fitting) > OPTIONS_MAX)
    fitting.n_sack--;
  return fitting;
}

/* Rows of 32 characters, each telling which octet of the stream it begins with: dots, the number, a line end. This is
 * what the dissectors of well-known ports take least exception to. */
static void put_data(uint8_t *p, uint32_t position, uint32_t length) {
  enum { ROW = 32 };
  char number[16], row[ROW];
  for (uint32_t i = 0; i < length;) {
    uint32_t at = position + i, within = at % ROW;
    int digits = g_snprintf(number, sizeof number, "%u", at - within);
    memset(row, '.', ROW);
    memcpy(row + ROW - 1 - digits, number, (size_t)digits);
    row[ROW - 1] = '\n';
    uint32_t part = MIN(ROW - within, length - i);
    memcpy(p + i, row + within, part);
    i += part;
  }
}

/* The ones' complement sum of 16-bit words (RFC 1071), an odd octet padded with zero. */
static uint32_t sum_words(uint32_t sum, const uint8_t *p, size_t length) {
  for (size_t i = 0; i + 1 < length; i += 2)
    sum += (uint32_t)p[i] << 8 | p[i + 1];
  if (length & 1)
    sum += (uint32_t)p[length - 1] << 8;
  while (sum >> 16)
    sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}

static void put_ip_header(uint8_t *p, const TraceRecord *segment, const PacketWay *way, uint64_t length) {
  put16(p, 0x4500); /* version 4, five words of header, no service asked for */
  put16(p + 2, length <= PACKET_MAX ? (uint32_t)length : 0);
  put16(p + 4, (uint32_t)(segment->sent.id & 0xFFFF));
  put16(p + 6, DONT_FRAGMENT);
  p[8] = TTL;
  p[9] = PROTOCOL_TCP;
  put32(p + 12, way->source);
  put32(p + 16, way->destination);
  put16(p + 10, ~sum_words(0, p, IP_HEADER) & 0xFFFF);
}

/* All but the checksum and the options. */
static void put_tcp_header(uint8_t *p, const TraceRecord *segment, unsigned header) {
  put16(p, segment->sent.sport);
  put16(p + 2, segment->sent.dport);
  put32(p + 4, segment->sent.raw_seq);
  put32(p + 8, segment->sent.flags & TCP_ACK ? segment->sent.raw_ack : 0);
  p[12] = (uint8_t)(header / 4 << 4);
  p[13] = segment->sent.flags;
  put16(p + 14, MIN(segment->sent.win, 65535));
}

static uint32_t tcp_checksum(const uint8_t *tcp, uint32_t length, const PacketWay *way) {
  uint8_t pseudo[12] = {0};
  put32(pseudo, way->source);
  put32(pseudo + 4, way->destination);
  pseudo[9] = PROTOCOL_TCP;
  put16(pseudo + 10, length);
  return ~sum_words(sum_words(0, pseudo, sizeof pseudo), tcp, length) & 0xFFFF;
}

uint32_t packet_write(const TraceRecord *segment, const PacketWay *way, GString *out) {
  TcpOptions options = fitting_options(&segment->sent.opts);
  uint8_t text[OPTIONS_MAX] = {0};
  unsigned n_options = put_options(text, &options, segment->sent.raw_ack - segment->sent.ack);
  unsigned header = TCP_HEADER + n_options;
  uint64_t length = (uint64_t)IP_HEADER + header + segment->sent.len;
  uint32_t kept = (uint32_t)MIN(length, PACKET_MAX);

  size_t start = out->len;
  g_string_set_size(out, start + kept);
  uint8_t *ip = (uint8_t *)out->str + start, *tcp = ip + IP_HEADER;
  memset(ip, 0, IP_HEADER + header);
  put_ip_header(ip, segment, way, length);
  put_tcp_header(tcp, segment, header);
  memcpy(tcp + TCP_HEADER, text, n_options);
  /* A SYN takes the number before the first octet. */
  uint32_t position = segment->sent.seq - 1 + ((segment->sent.flags & TCP_SYN) != 0);
  put_data(tcp + header, position, kept - IP_HEADER - header);
  uint32_t checksum = length <= PACKET_MAX ? tcp_checksum(tcp, kept - IP_HEADER, way) : 0;
  put16(tcp + 16, checksum ^ (way->damaged ? 1u : 0));
  return (uint32_t)MIN(length, UINT32_MAX);
}
