/* The reader of packetdrill scripts, fed with anything: it may complain, and nothing else. `make check-fuzz`. */
#include "packetdrill/pkt_parse.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *defines[] = {(char *)"ON", (char *)"PORT=8080", (char *)"LIST=[1, {a=2}]", NULL};
  GPtrArray *errors = g_ptr_array_new_with_free_func(g_free);
  PktScript *script = pkt_parse("fuzz.pkt", (const char *)data, size, defines, errors);
  g_assert((script != NULL) == (errors->len == 0));
  pkt_script_free(script);
  g_ptr_array_unref(errors);
  return 0;
}
