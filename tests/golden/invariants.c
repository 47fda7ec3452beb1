#include "tests/golden/invariants.h"

#include "check/invariants.h"

char *invariants_broken(const Trace *trace) {
  g_autoptr(GPtrArray) invariants = check_invariants(trace);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < invariants->len; i++) {
    const CheckInvariant *invariant = g_ptr_array_index(invariants, i);
    if (invariant->verdict == CHECK_BROKEN)
      g_string_append_printf(text, "%s%s %s: %s", text->len ? "\n" : "", invariant->id, invariant->name,
                             invariant->detail);
  }
  return g_string_free(text, FALSE);
}
