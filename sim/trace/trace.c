#include "trace/trace.h"

#include <string.h>

static void free_param(gpointer data) {
  TraceParam *param = data;
  g_free(param->name);
  g_free(param->value);
  g_free(param);
}

static void free_host(gpointer data) {
  TraceHost *host = data;
  g_free(host->name);
  g_free(host->profile);
  g_free(host->role);
  g_free(host->address);
  g_ptr_array_unref(host->params);
  g_free(host);
}

static void free_link(gpointer data) {
  TraceLink *link = data;
  g_free(link->from);
  g_free(link->to);
  g_free(link->about);
  g_free(link);
}

TraceHeader *trace_header_new(void) {
  TraceHeader *header = g_new0(TraceHeader, 1);
  header->hosts = g_ptr_array_new_with_free_func(free_host);
  header->links = g_ptr_array_new_with_free_func(free_link);
  header->faults = g_ptr_array_new_with_free_func(g_free);
  return header;
}

void trace_header_free(TraceHeader *header) {
  if (!header)
    return;
  g_free(header->scenario);
  g_free(header->title);
  g_free(header->lesson);
  g_free(header->sha256);
  g_ptr_array_unref(header->hosts);
  g_ptr_array_unref(header->links);
  g_ptr_array_unref(header->faults);
  g_free(header);
}

gboolean trace_is_wire(const Trace *trace, Name name) {
  for (guint i = 0; trace->header && i < trace->header->hosts->len; i++) {
    const TraceHost *host = g_ptr_array_index(trace->header->hosts, i);
    if (host->role && strcmp(host->role, "wire") == 0 && strcmp(host->name, trace_text(trace, name)) == 0)
      return TRUE;
  }
  return FALSE;
}

TraceHost *trace_header_add_host(TraceHeader *header, const char *name, const char *profile, const char *address) {
  TraceHost *host = g_new0(TraceHost, 1);
  host->name = g_strdup(name);
  host->profile = g_strdup(profile);
  host->address = g_strdup(address);
  host->params = g_ptr_array_new_with_free_func(free_param);
  g_ptr_array_add(header->hosts, host);
  return host;
}

void trace_host_add_param(TraceHost *host, const char *name, const char *value) {
  TraceParam *param = g_new0(TraceParam, 1);
  param->name = g_strdup(name);
  param->value = g_strdup(value);
  g_ptr_array_add(host->params, param);
}

void trace_header_add_link(TraceHeader *header, const char *from, const char *to, SimTime delay, const char *about) {
  TraceLink *link = g_new0(TraceLink, 1);
  link->from = g_strdup(from);
  link->to = g_strdup(to);
  link->delay = delay;
  link->about = g_strdup(about);
  g_ptr_array_add(header->links, link);
}

Trace *trace_new(TraceHeader *header, Names *names) {
  Trace *trace = g_new0(Trace, 1);
  trace->header = header;
  trace->names = names ? names : names_new();
  return trace;
}

void trace_free(Trace *trace) {
  if (!trace)
    return;
  trace_header_free(trace->header);
  names_free(trace->names);
  g_free(trace->records);
  g_free(trace);
}

static void grow(Trace *trace) {
  trace->capacity = trace->capacity ? 2 * trace->capacity : 64;
  trace->records = g_renew(TraceRecord, trace->records, trace->capacity);
}

void trace_append(Trace *trace, const TraceRecord *record) {
  if (trace->count == trace->capacity)
    grow(trace);
  trace->records[trace->count++] = *record;
}

const char *trace_text(const Trace *trace, Name name) {
  const char *text = names_text(trace->names, name);
  return text ? text : "";
}
