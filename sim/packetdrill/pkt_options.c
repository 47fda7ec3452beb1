/* The TCP options of a packet: each comes as its words. */
#include "packetdrill/pkt_scan.h"

#include "trace/nearest.h"

#include <string.h>

enum { KIND_EOL = 0, KIND_NOP = 1, KIND_MSS = 2, KIND_WSCALE = 3, KIND_SACK_OK = 4, KIND_SACK = 5, KIND_TS = 8 };

typedef struct Words {
  PktScan *scan;
  const GPtrArray *atoms; /* of PktAtom */
  guint at;               /* the next */
} Words;

static const PktAtom *peek(const Words *words) {
  return words->at < words->atoms->len ? g_ptr_array_index(words->atoms, words->at) : NULL;
}

/* Where the next word is, or the last one was. */
static const PktPlace *here(const Words *words) {
  const PktAtom *atom = g_ptr_array_index(words->atoms, MIN(words->at, words->atoms->len - 1));
  return &atom->place;
}

static gboolean take_word(Words *words, const char *word) {
  const PktAtom *atom = peek(words);
  if (!atom || strcmp(atom->text, word) != 0)
    return FALSE;
  words->at++;
  return TRUE;
}

static gboolean take_number(Words *words, const char *what, uint64_t max, uint32_t *ret_number) {
  const PktAtom *atom = peek(words);
  if (atom && g_ascii_isdigit(*atom->text) && !strchr(atom->text, '.')) {
    PktNumber number = pkt_scan_number(atom->text, strlen(atom->text));
    if (!number.overflow && number.value <= max) {
      *ret_number = (uint32_t)number.value;
      words->at++;
      return TRUE;
    }
  }
  pkt_complain(words->scan, here(words), "%s: expected a number from 0 to %" G_GUINT64_FORMAT "%s%s%s", what, max,
               atom ? ", not \"" : "", atom ? atom->text : "", atom ? "\"" : "");
  return FALSE;
}

static gboolean read_mss(Words *words, PktOptions *options) {
  uint32_t number;
  if (!take_number(words, "mss", UINT16_MAX, &number))
    return FALSE;
  options->options.has |= TCP_OPT_MSS;
  options->options.mss = (uint16_t)number;
  return TRUE;
}

static gboolean read_wscale(Words *words, PktOptions *options) {
  uint32_t number;
  if (!take_number(words, "wscale", UINT8_MAX, &number))
    return FALSE;
  options->options.has |= TCP_OPT_WSCALE;
  options->options.wscale = (uint8_t)number;
  return TRUE;
}

static gboolean read_sack(Words *words, PktOptions *options) {
  TcpOptions *tcp = &options->options;
  while (peek(words)) {
    uint32_t left, right;
    if (!take_number(words, "sack", UINT32_MAX, &left))
      return FALSE;
    if (!take_word(words, ":")) {
      pkt_complain(words->scan, here(words), "sack: expected blocks as in \"sack 1001:2001 3001:4001\"");
      return FALSE;
    }
    if (!take_number(words, "sack", UINT32_MAX, &right))
      return FALSE;
    if (tcp->n_sack == TCP_OPTIONS_MAX_SACK) {
      pkt_complain(words->scan, here(words), "sack: at most %d blocks fit", TCP_OPTIONS_MAX_SACK);
      return FALSE;
    }
    tcp->sack[tcp->n_sack].left = left;
    tcp->sack[tcp->n_sack++].right = right;
  }
  return TRUE;
}

/* "val 100 ecr 0", "100 ecr 0", and "..." for either number. */
static gboolean read_timestamps(Words *words, PktOptions *options) {
  take_word(words, "val");
  options->ts_val_any = take_word(words, "...");
  if (!options->ts_val_any && !take_number(words, "TS val", UINT32_MAX, &options->options.ts_val))
    return FALSE;
  if (!take_word(words, "ecr")) {
    pkt_complain(words->scan, here(words), "TS: expected \"TS val N ecr N\"");
    return FALSE;
  }
  options->ts_ecr_any = take_word(words, "...");
  if (!options->ts_ecr_any && !take_number(words, "TS ecr", UINT32_MAX, &options->options.ts_ecr))
    return FALSE;
  options->ts_any = options->ts_val_any || options->ts_ecr_any;
  options->options.has |= TCP_OPT_TS;
  return TRUE;
}

static gboolean read_sack_ok(Words *words, PktOptions *options) {
  (void)words;
  options->options.has |= TCP_OPT_SACK_OK;
  return TRUE;
}

static gboolean read_nothing(Words *words, PktOptions *options) {
  (void)words;
  (void)options;
  return TRUE;
}

static const struct {
  const char *name;
  uint8_t kind;
  gboolean (*read)(Words *words, PktOptions *options); /* NULL: outside, whatever follows */
} OPTIONS[] = {
    {"eol", KIND_EOL, read_nothing},
    {"nop", KIND_NOP, read_nothing},
    {"mss", KIND_MSS, read_mss},
    {"wscale", KIND_WSCALE, read_wscale},
    {"sackOK", KIND_SACK_OK, read_sack_ok},
    {"sack", KIND_SACK, read_sack},
    {"TS", KIND_TS, read_timestamps},
    {"FO", 34, NULL},
    {"FOEXP", 254, NULL},
    {"exp", 254, NULL},
    {"md5", 19, NULL},
    {"MD5", 19, NULL},
    {"ao", 29, NULL},
    {"AO", 29, NULL},
    {"ECN", 172, NULL},
    {"ACC_ECN", 172, NULL},
    {"AccECN", 172, NULL},
    {"mptcp", 30, NULL},
    {"mp_capable", 30, NULL},
    {"mp_join", 30, NULL},
    {"dss", 30, NULL},
    {"gre", 0, NULL},
    {"unknown", 255, NULL},
    {"generic", 255, NULL},
};

static gboolean seen_before(const GArray *order, uint8_t kind) {
  for (guint i = 0; i < order->len; i++)
    if (g_array_index(order, uint8_t, i) == kind)
      return kind != KIND_NOP && kind != KIND_EOL;
  return FALSE;
}

/* A slip of the pen is a mistake; a name that is like none of ours is one that we do not know. */
static void no_option(Words *words, PktPacket *packet, const PktAtom *atom) {
  Nearest nearest = {.wanted = atom->text};
  for (size_t i = 0; i < G_N_ELEMENTS(OPTIONS); i++)
    if (OPTIONS[i].read)
      nearest_offer(&nearest, OPTIONS[i].name);
  if (nearest.word)
    pkt_complain(words->scan, &atom->place, "no TCP option \"%s\"; did you mean \"%s\"?", atom->text, nearest.word);
  else
    pkt_packet_outside(packet, g_strdup_printf("the TCP option %s", atom->text));
}

static void read_option(PktScan *scan, PktPacket *packet, const GPtrArray *atoms) {
  Words words = {.scan = scan, .atoms = atoms, .at = 1};
  const PktAtom *name = g_ptr_array_index(atoms, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(OPTIONS); i++) {
    if (strcmp(name->text, OPTIONS[i].name) != 0)
      continue;
    if (!OPTIONS[i].read) {
      pkt_packet_outside(packet, g_strdup_printf("the TCP option %s", name->text));
      return;
    }
    if (seen_before(packet->options.order, OPTIONS[i].kind))
      pkt_complain(scan, &name->place, "the option %s stands here twice", name->text);
    else if (OPTIONS[i].read(&words, &packet->options) && peek(&words))
      pkt_complain(scan, here(&words), "the option %s ends before \"%s\"", name->text, peek(&words)->text);
    g_array_append_val(packet->options.order, OPTIONS[i].kind);
    return;
  }
  no_option(&words, packet, name);
}

void pkt_packet_options(PktScan *scan, PktPacket *packet, GPtrArray *options) {
  PktOptions *out = &packet->options;
  out->written = TRUE;
  out->order = g_array_new(FALSE, FALSE, sizeof(uint8_t));
  out->any = options->len == 1 && !g_ptr_array_index(options, 0);
  for (guint i = 0; i < options->len && !out->any; i++)
    read_option(scan, packet, g_ptr_array_index(options, i));
  g_ptr_array_unref(options);
}
