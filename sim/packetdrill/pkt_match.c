#include "packetdrill/pkt_match.h"

#include <stdio.h>
#include <string.h>

/* Option kinds on the wire (RFC 9293 3.2, RFC 7323, RFC 2018). */
enum { KIND_EOL, KIND_NOP, KIND_MSS, KIND_WSCALE, KIND_SACK_OK, KIND_SACK, KIND_TS = 8 };
#define MOST_KINDS 40

/* --- timestamps --------------------------------------------------------------------------------------------------- */

void pkt_timestamps_note(PktTimestamps *timestamps, uint32_t script, uint32_t live) {
  if (!timestamps->anchored) {
    timestamps->anchored = TRUE;
    timestamps->script = script;
    timestamps->live = live;
  }
  unsigned slot = timestamps->count++ % PKT_TIMESTAMPS_KEPT;
  timestamps->seen[slot].script = script;
  timestamps->seen[slot].live = live;
}

/* The latest packet that was written with this value wins: scripts that do not check the clock repeat one value. */
uint32_t pkt_timestamps_live(const PktTimestamps *timestamps, uint32_t script) {
  unsigned kept = MIN(timestamps->count, PKT_TIMESTAMPS_KEPT);
  for (unsigned i = 0; i < kept; i++) {
    unsigned slot = (timestamps->count - 1 - i) % PKT_TIMESTAMPS_KEPT;
    if (timestamps->seen[slot].script == script)
      return timestamps->seen[slot].live;
  }
  return timestamps->anchored && script ? script - timestamps->script + timestamps->live : script;
}

uint32_t pkt_timestamps_script(const PktTimestamps *timestamps, uint32_t live) {
  return timestamps->anchored && live ? live - timestamps->live + timestamps->script : live;
}

/* --- the layout of options ---------------------------------------------------------------------------------------- */

typedef struct Kinds {
  uint8_t kind[MOST_KINDS];
  unsigned count, octets;
} Kinds;

static void put(Kinds *kinds, uint8_t kind, unsigned octets) {
  g_assert(kinds->count < MOST_KINDS);
  kinds->kind[kinds->count++] = kind;
  kinds->octets += octets;
}

static void pad_to(Kinds *kinds, unsigned modulus, unsigned remainder) {
  while (kinds->octets % modulus != remainder)
    put(kinds, KIND_NOP, 1);
}

/* Linux, tcp_output.c tcp_options_write(): every option ends on a multiple of four; SACK-permitted stands in for the
 * padding of the timestamps. */
static void lay_out_linux(Kinds *kinds, const TcpOptions *options) {
  gboolean sack_ok = (options->has & TCP_OPT_SACK_OK) != 0;
  if (options->has & TCP_OPT_MSS)
    put(kinds, KIND_MSS, 4);
  if (options->has & TCP_OPT_TS) {
    if (sack_ok)
      put(kinds, KIND_SACK_OK, 2);
    else
      pad_to(kinds, 4, 2);
    put(kinds, KIND_TS, 10);
  } else if (sack_ok) {
    pad_to(kinds, 4, 2);
    put(kinds, KIND_SACK_OK, 2);
  }
  if (options->has & TCP_OPT_WSCALE) {
    put(kinds, KIND_NOP, 1);
    put(kinds, KIND_WSCALE, 3);
  }
}

/* FreeBSD, tcp_output.c tcp_addoptions(): each option is aligned, and the end is filled with eol. */
static void lay_out_bsd(Kinds *kinds, const TcpOptions *options) {
  if (options->has & TCP_OPT_MSS)
    put(kinds, KIND_MSS, 4);
  if (options->has & TCP_OPT_WSCALE) {
    pad_to(kinds, 2, kinds->octets ? 0 : 1);
    put(kinds, KIND_NOP, 1);
    put(kinds, KIND_WSCALE, 3);
  }
  if (options->has & TCP_OPT_SACK_OK) {
    pad_to(kinds, 2, 0);
    put(kinds, KIND_SACK_OK, 2);
  }
  if (options->has & TCP_OPT_TS) {
    pad_to(kinds, 4, 2);
    put(kinds, KIND_TS, 10);
  }
}

unsigned pkt_option_kinds(const TcpOptions *options, gboolean syn, PktLayout layout, uint8_t *kinds, unsigned size) {
  Kinds list = {.count = 0};
  (void)syn;
  if (layout == PKT_LAYOUT_LINUX)
    lay_out_linux(&list, options);
  else
    lay_out_bsd(&list, options);
  if (options->n_sack) {
    pad_to(&list, 4, 2);
    put(&list, KIND_SACK, 2 + 8u * options->n_sack);
  }
  while (layout == PKT_LAYOUT_BSD && list.octets % 4)
    put(&list, KIND_EOL, 1);
  g_assert(list.count <= size);
  memcpy(kinds, list.kind, list.count);
  return list.count;
}

/* --- comparison --------------------------------------------------------------------------------------------------- */

static const char *match_kinds(const PktOptions *wanted, const PktSeen *seen, PktLayout layout) {
  uint8_t kinds[MOST_KINDS];
  unsigned count = pkt_option_kinds(&seen->options, (seen->flags & TCP_SYN) != 0, layout, kinds, sizeof kinds);
  unsigned wanted_count = wanted->written && wanted->order ? wanted->order->len : 0;
  if (count != wanted_count)
    return "TCP options";
  for (unsigned i = 0; i < count; i++)
    if (g_array_index(wanted->order, uint8_t, i) != kinds[i])
      return "TCP options";
  return NULL;
}

static gboolean timestamp_is_off(uint32_t wanted, uint32_t seen, const PktMatchRules *rules) {
  if (rules->timestamp_tick == 0)
    return FALSE;
  int32_t difference = (int32_t)(seen - wanted);
  int64_t off = difference < 0 ? -(int64_t)difference : difference;
  return off * rules->timestamp_tick > rules->timestamp_tolerance;
}

static const char *match_sack(const TcpOptions *wanted, const TcpOptions *seen) {
  if (wanted->n_sack != seen->n_sack)
    return "sack";
  for (unsigned i = 0; i < seen->n_sack; i++)
    if (wanted->sack[i].left != seen->sack[i].left || wanted->sack[i].right != seen->sack[i].right)
      return "sack";
  return NULL;
}

static const char *match_options(const PktOptions *wanted, const PktSeen *seen, const PktMatchRules *rules) {
  if (wanted->written && wanted->any)
    return NULL;
  const char *differs = match_kinds(wanted, seen, rules->layout);
  if (differs)
    return differs;
  const TcpOptions *want = &wanted->options, *have = &seen->options;
  if (have->has & TCP_OPT_MSS && want->mss != have->mss)
    return "mss";
  if (have->has & TCP_OPT_WSCALE && want->wscale != have->wscale)
    return "wscale";
  if (have->has & TCP_OPT_TS && !wanted->ts_any) {
    if (!wanted->ts_val_any && timestamp_is_off(want->ts_val, have->ts_val, rules))
      return "TS val";
    if (!wanted->ts_ecr_any && want->ts_ecr != have->ts_ecr)
      return "TS ecr";
  }
  return match_sack(want, have);
}

static TcpFlags flags_of(const PktPacket *packet) {
  TcpFlags flags = packet->flags;
  if (packet->ecn & 1)
    flags |= TCP_ECE;
  if (packet->ecn & 2)
    flags |= TCP_CWR;
  return flags;
}

const char *pkt_match(const PktPacket *packet, const PktSeen *seen, const PktMatchRules *rules) {
  if (!packet->flags_any && flags_of(packet) != seen->flags)
    return "flags";
  if (!packet->seq_any && packet->seq != seen->seq)
    return "sequence number";
  if (!packet->seq_any && packet->len != seen->len)
    return "length";
  if (packet->has_ack && (!(seen->flags & TCP_ACK) || packet->ack != seen->ack))
    return "ack";
  if (packet->has_win && packet->win != seen->win)
    return "window";
  if (packet->has_urg && packet->urg)
    return "urgent pointer";
  if (packet->sport && (packet->sport != seen->sport || packet->dport != seen->dport))
    return "ports";
  return match_options(&packet->options, seen, rules);
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void append_option(GString *text, uint8_t kind, const TcpOptions *options, const PktOptions *written) {
  switch (kind) {
  case KIND_EOL:
    g_string_append(text, "eol");
    break;
  case KIND_NOP:
    g_string_append(text, "nop");
    break;
  case KIND_MSS:
    g_string_append_printf(text, "mss %u", options->mss);
    break;
  case KIND_WSCALE:
    g_string_append_printf(text, "wscale %u", options->wscale);
    break;
  case KIND_SACK_OK:
    g_string_append(text, "sackOK");
    break;
  case KIND_SACK:
    g_string_append(text, "sack");
    for (unsigned i = 0; i < options->n_sack; i++)
      g_string_append_printf(text, " %u:%u", options->sack[i].left, options->sack[i].right);
    break;
  case KIND_TS:
    if (written && (written->ts_any || (written->ts_val_any && written->ts_ecr_any)))
      g_string_append(text, "TS ...");
    else
      g_string_append_printf(text, "TS val %u ecr %u", options->ts_val, options->ts_ecr);
    break;
  default:
    g_string_append_printf(text, "option %u", kind);
  }
}

static void append_list(GString *text, const uint8_t *kinds, unsigned count, const TcpOptions *options,
                        const PktOptions *written) {
  g_string_append(text, " <");
  for (unsigned i = 0; i < count; i++) {
    if (i)
      g_string_append_c(text, ',');
    append_option(text, kinds[i], options, written);
  }
  g_string_append_c(text, '>');
}

char *pkt_seen_text(const PktSeen *seen, PktLayout layout) {
  char head[64];
  uint8_t kinds[MOST_KINDS];
  GString *text = g_string_new(tcp_segment_print(seen->flags, seen->seq, seen->len, seen->ack, head, sizeof head));
  g_string_append_printf(text, " win %u", seen->win);
  unsigned count = pkt_option_kinds(&seen->options, (seen->flags & TCP_SYN) != 0, layout, kinds, sizeof kinds);
  if (count)
    append_list(text, kinds, count, &seen->options, NULL);
  return g_string_free(text, FALSE);
}

char *pkt_packet_text(const PktPacket *packet) {
  char flags[16];
  GString *text = g_string_new(packet->flags_any ? "..." : tcp_flags_print(flags_of(packet), flags, sizeof flags));
  if (packet->seq_any)
    g_string_append(text, " ...");
  else
    g_string_append_printf(text, " %u:%u(%u)", packet->seq, packet->end, packet->len);
  if (packet->has_ack)
    g_string_append_printf(text, " ack %u", packet->ack);
  if (packet->has_win)
    g_string_append_printf(text, " win %u", packet->win);
  const PktOptions *options = &packet->options;
  if (options->written && options->any)
    g_string_append(text, " <...>");
  else if (options->written && options->order)
    append_list(text, (const uint8_t *)(void *)options->order->data, options->order->len, &options->options, options);
  return g_string_free(text, FALSE);
}
