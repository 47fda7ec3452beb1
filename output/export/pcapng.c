#include "output/export/pcapng.h"

#include "output/export/export.h"
#include "output/export/packet.h"
#include "output/export/sightings.h"
#include "output/text/style.h"

#include <string.h>

enum { BLOCK_SECTION = 0x0A0D0D0A, BLOCK_INTERFACE = 1, BLOCK_NAMES = 4, BLOCK_PACKET = 6 };
#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define LINKTYPE_RAW     101

enum { OPT_END = 0, OPT_COMMENT = 1 };
enum { SHB_USERAPPL = 4 };
enum { IF_NAME = 2, IF_DESCRIPTION = 3, IF_TSRESOL = 9 };
enum { EPB_FLAGS = 2, EPB_PACKETID = 5 };
enum { NRB_END = 0, NRB_IPV4 = 1 };
/* epb_flags: the direction in bits 0 and 1, unicast in bits 2 to 4. */
enum { FLAG_INBOUND = 1, FLAG_OUTBOUND = 2, FLAG_UNICAST = 1 << 2 };

/* Times count nanoseconds. */
#define TSRESOL_NS 9
/* Of options, by their length field; of the names of hosts, which Wireshark shows in its columns. */
#define OPTION_MAX       65535u
#define HOST_NAME_LENGTH 255u

static void put16(GString *out, uint32_t value) {
  g_string_append_c(out, (char)(value & 0xFF));
  g_string_append_c(out, (char)(value >> 8 & 0xFF));
}

static void put32(GString *out, uint32_t value) {
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

/* Every part of a block begins on a multiple of four octets, and so does every block. */
static void pad(GString *out) {
  while (out->len % 4 != 0)
    g_string_append_c(out, '\0');
}

/* Begins a block; returns where. Its length is filled in by block_end(). */
static size_t block_begin(GString *out, uint32_t type) {
  size_t start = out->len;
  put32(out, type);
  put32(out, 0);
  return start;
}

static void block_end(GString *out, size_t start) {
  pad(out);
  uint32_t length = (uint32_t)(out->len - start) + 4;
  put32(out, length);
  for (unsigned i = 0; i < 4; i++)
    out->str[start + 4 + i] = out->str[out->len - 4 + i];
}

static void put_option(GString *out, unsigned code, const void *value, size_t length) {
  put16(out, code);
  put16(out, (uint32_t)length);
  g_string_append_len(out, value, (gssize)length);
  pad(out);
}

/* Cleans `text` and cuts it to `max` octets, between characters. */
static char *fitting_text(const char *text, size_t max) {
  const TextStyle style = {0};
  char *clean = text_clean(&style, text);
  if (strlen(clean) > max) {
    const char *end = g_utf8_find_prev_char(clean, clean + max + 1);
    clean[end - clean] = '\0';
  }
  return clean;
}

static void put_text(GString *out, unsigned code, const char *text, size_t max) {
  g_autofree char *fitting = fitting_text(text, max);
  put_option(out, code, fitting, strlen(fitting));
}

static void put_options_end(GString *out) {
  put_option(out, OPT_END, "", 0);
}

/* Blocks. */

static void put_section(const Trace *trace, const char *host, GString *out) {
  const TraceHeader *header = trace->header;
  size_t start = block_begin(out, BLOCK_SECTION);
  put32(out, BYTE_ORDER_MAGIC);
  put16(out, 1); /* version 1.0 */
  put16(out, 0);
  put32(out, G_MAXUINT32); /* the section's length: not told */
  put32(out, G_MAXUINT32);
  if (header && header->title)
    put_text(out, OPT_COMMENT, header->title, OPTION_MAX);
  if (header && header->scenario) {
    g_autofree char *text = g_strdup_printf("scenario %s", header->scenario);
    put_text(out, OPT_COMMENT, text, OPTION_MAX);
  }
  if (header && header->sha256) {
    g_autofree char *text =
        g_strdup_printf("sha256 of the scenario %s, seed %" G_GUINT64_FORMAT ", run %" G_GUINT64_FORMAT, header->sha256,
                        header->seed, header->run);
    put_text(out, OPT_COMMENT, text, OPTION_MAX);
  }
  g_autofree char *view = host ? g_strdup_printf("simulated: what %s saw", host)
                               : g_strdup("simulated: what each host saw, an interface for each");
  put_text(out, OPT_COMMENT, view, OPTION_MAX);
  put_text(out, SHB_USERAPPL, "teardown", OPTION_MAX);
  put_options_end(out);
  block_end(out, start);
}

static void put_interface(const SightingHost *host, GString *out) {
  static const uint8_t resolution = TSRESOL_NS;
  size_t start = block_begin(out, BLOCK_INTERFACE);
  put16(out, LINKTYPE_RAW);
  put16(out, 0);
  put32(out, 0); /* whole packets */
  put_text(out, IF_NAME, host->text, HOST_NAME_LENGTH);
  g_autofree char *about = host->profile ? g_strdup_printf("%s, TCP profile %s", host->text, host->profile) : NULL;
  if (about)
    put_text(out, IF_DESCRIPTION, about, OPTION_MAX);
  put_option(out, IF_TSRESOL, &resolution, 1);
  put_options_end(out);
  block_end(out, start);
}

/* The hosts' names, for tools that show names instead of addresses. */
static void put_names(const GArray *hosts, GString *out) {
  size_t start = block_begin(out, BLOCK_NAMES);
  for (guint i = 0; i < hosts->len; i++) {
    const SightingHost *host = &g_array_index(hosts, SightingHost, i);
    g_autofree char *name = fitting_text(host->text, HOST_NAME_LENGTH);
    put16(out, NRB_IPV4);
    put16(out, (uint32_t)strlen(name) + 5);
    for (int shift = 24; shift >= 0; shift -= 8)
      g_string_append_c(out, (char)(host->address >> shift & 0xFF));
    g_string_append_len(out, name, (gssize)strlen(name) + 1);
    pad(out);
  }
  put16(out, NRB_END);
  put16(out, 0);
  block_end(out, start);
}

static void put_packet(const Sightings *all, const Sighting *sighting, unsigned interface, GString *out) {
  PacketWay way = {.source = g_array_index(all->hosts, SightingHost, sighting->source).address,
                   .destination = g_array_index(all->hosts, SightingHost, sighting->destination).address,
                   .damaged = sighting->damaged};
  size_t start = block_begin(out, BLOCK_PACKET);
  put32(out, interface);
  put32(out, (uint32_t)((uint64_t)sighting->t >> 32));
  put32(out, (uint32_t)sighting->t);
  size_t lengths = out->len;
  put32(out, 0);
  put32(out, 0);
  uint32_t length = packet_write(sighting->contents, &way, out);
  g_autoptr(GString) filled = g_string_new(NULL);
  put32(filled, (uint32_t)(out->len - lengths - 8));
  put32(filled, length);
  memcpy(out->str + lengths, filled->str, filled->len);
  pad(out);
  for (guint i = 0; i < sighting->comments->len; i++)
    put_text(out, OPT_COMMENT, sighting->comments->pdata[i], OPTION_MAX);
  uint32_t direction = sighting->outbound ? FLAG_OUTBOUND : FLAG_INBOUND;
  const uint8_t flags[4] = {(uint8_t)(direction | FLAG_UNICAST)};
  uint8_t id[8];
  for (unsigned i = 0; i < sizeof id; i++)
    id[i] = (uint8_t)(sighting->id >> (8 * i));
  put_option(out, EPB_FLAGS, flags, sizeof flags);
  put_option(out, EPB_PACKETID, id, sizeof id);
  put_options_end(out);
  block_end(out, start);
}

/* All. */

static gboolean find_host(const Sightings *all, const char *name, unsigned *ret_host) {
  for (guint i = 0; i < all->hosts->len; i++)
    if (strcmp(g_array_index(all->hosts, SightingHost, i).text, name) == 0) {
      *ret_host = i;
      return TRUE;
    }
  return FALSE;
}

gboolean pcapng_write(const Trace *trace, const char *host, GString *out, GError **error) {
  g_autoptr(Sightings) all = sightings_new(trace);
  unsigned only = 0;
  if (host && !find_host(all, host, &only)) {
    g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_NO_HOST, "the trace has no host \"%s\"", host);
    return FALSE;
  }
  put_section(trace, host, out);
  for (guint i = 0; i < all->hosts->len; i++)
    if (!host || i == only)
      put_interface(&g_array_index(all->hosts, SightingHost, i), out);
  put_names(all->hosts, out);
  for (guint i = 0; i < all->sightings->len; i++) {
    const Sighting *sighting = &g_array_index(all->sightings, Sighting, i);
    if (host && sighting->host != only)
      continue;
    put_packet(all, sighting, host ? 0 : sighting->host, out);
    if (out->len > EXPORT_MAX) {
      g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_TOO_LARGE,
                  "the capture would take more than 1 GiB: the trace counts octets that a capture holds");
      return FALSE;
    }
  }
  return TRUE;
}

GPtrArray *pcapng_hosts(const Trace *trace) {
  g_autoptr(Sightings) all = sightings_new(trace);
  GPtrArray *hosts = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < all->hosts->len; i++)
    g_ptr_array_add(hosts, g_strdup(g_array_index(all->hosts, SightingHost, i).text));
  return hosts;
}
