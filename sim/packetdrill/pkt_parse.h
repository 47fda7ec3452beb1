/* Reads packetdrill scripts: the language of https://github.com/google/packetdrill as far as scripts of TCP use it. */
#ifndef TEARDOWN_PACKETDRILL_PKT_PARSE_H
#define TEARDOWN_PACKETDRILL_PKT_PARSE_H

#include "packetdrill/pkt_script.h"

/* `defines` are NAME or NAME=VALUE (NULL-terminated; may be NULL): #ifdef NAME ... #endif is read iff it is among them,
 * and VALUE replaces the word NAME. NULL with the complaints (of char *: "FILE:LINE:COLUMN: ...") appended to `errors`:
 * all of the file that can be told apart, not just the first. Owned by the caller. */
PktScript *pkt_parse(const char *path, const char *text, size_t length, char *const *defines, GPtrArray *errors);
PktScript *pkt_parse_file(const char *path, char *const *defines, GPtrArray *errors);

#endif
