#include "trace/expectation.h"

SegmentMatch *segment_match_new(void) {
  return g_new0(SegmentMatch, 1);
}

void segment_match_free(SegmentMatch *match) {
  if (!match)
    return;
  g_free(match->from);
  g_free(match->to);
  g_free(match->conn);
  g_free(match);
}

/* The loader may or may not have given the array a free function: the elements are freed here, once. */
static void free_segments(GPtrArray *segments) {
  if (!segments)
    return;
  g_ptr_array_set_free_func(segments, (GDestroyNotify)segment_match_free);
  g_ptr_array_unref(segments);
}

void expectation_free(Expectation *expectation) {
  if (!expectation)
    return;
  g_free(expectation->text);
  g_free(expectation->host);
  g_free(expectation->conn);
  g_free(expectation->app);
  g_clear_pointer(&expectation->path, g_array_unref);
  free_segments(expectation->segments);
  g_free(expectation->call);
  g_free(expectation->result);
  g_free(expectation);
}
