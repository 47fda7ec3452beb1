/* Segments as packetdrill writes them: flag letters ("F.", "P."), options ("mss 1460,sackOK,TS 1 ecr 0,wscale 7") and
 * the whole segment ("F. 1:1(0) ack 1"). The one place that turns them into text and back; every layer shares it.
 * Values only: nothing here allocates, and buffers are the caller's. */
#ifndef TEARDOWN_TRACE_NOTATION_H
#define TEARDOWN_TRACE_NOTATION_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Control bits with their values on the wire (RFC 9293 3.1). */
enum {
  TCP_FIN = 0x01,
  TCP_SYN = 0x02,
  TCP_RST = 0x04,
  TCP_PSH = 0x08,
  TCP_ACK = 0x10,
  TCP_URG = 0x20,
  TCP_ECE = 0x40,
  TCP_CWR = 0x80,
};
typedef uint8_t TcpFlags;

#define TCP_OPTIONS_MAX_SACK 4

/* The options a segment carries. All zero means none: `has` says which fields count. */
enum {
  TCP_OPT_MSS = 1,
  TCP_OPT_WSCALE = 2,
  TCP_OPT_SACK_OK = 4,
  TCP_OPT_TS = 8,
};
typedef struct TcpOptions {
  uint8_t has;    /* TCP_OPT_* bits */
  uint8_t wscale; /* shift, 0..14 */
  uint16_t mss;   /* octets */
  uint8_t n_sack; /* SACK blocks in use; with timestamps at most 3 */
  uint32_t ts_val, ts_ecr;
  struct {
    uint32_t left, right; /* raw sequence numbers in a segment; relative ones in a trace record */
  } sack[TCP_OPTIONS_MAX_SACK];
} TcpOptions;

/* Octets the options take on the wire, padded to a multiple of four with NOPs as Linux and the BSDs send them: TS 12,
 * SACK 4 + 8 n, MSS 4, wscale 4, SACK-permitted 4, or 12 for TS and SACK-permitted together. */
unsigned tcp_options_size(const TcpOptions *options);

/* Flag letters in packetdrill's order "SFRP.UEW" as tcpdump prints them: SYN "S", SYN+ACK "S.", FIN+ACK "F.",
 * FIN+PSH+ACK "FP.", RST "R", pure ACK ".", none "-". Eight letters at most and a NUL. */
char *tcp_flags_print(TcpFlags flags, char *buffer, size_t size);
/* Reads letters in any order ("F.", ".F", "-", ""); FALSE if one of them is no flag. */
gboolean tcp_flags_parse(const char *text, TcpFlags *ret_flags);

/* "mss 1460,sackOK,TS 100 ecr 200,wscale 10,sack 1:2 5:6"; empty text for no options. 160 bytes always suffice. */
char *tcp_options_print(const TcpOptions *options, char *buffer, size_t size);
/* Reads what is printed so, in any order, also packetdrill's "nop" and "TS val 1 ecr 0". FALSE if it is anything else,
 * if an option stands twice, or if there are more SACK blocks than fit. */
gboolean tcp_options_parse(const char *text, TcpOptions *ret_options);

/* "F. 1:1(0) ack 1"; "ack" only when the ACK bit is set. 64 bytes always suffice. */
char *tcp_segment_print(TcpFlags flags, uint32_t seq, uint32_t len, uint32_t ack, char *buffer, size_t size);

#endif
