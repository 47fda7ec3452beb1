/* "hosts". */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

/* The first of the addresses that are handed out: 192.0.2.0/24 is reserved for documentation (RFC 5737). */
#define FIRST_ADDRESS 0xC0000201u

/* Four decimal numbers without zeros in front, of a host (0.x and multicast are none). */
static gboolean parse_address(const char *text, uint32_t *ret_address) {
  uint32_t address = 0;
  for (int part = 0; part < 4; part++) {
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 3 || (digits > 1 && text[0] == '0'))
      return FALSE;
    guint64 value = g_ascii_strtoull(text, NULL, 10);
    if (value > 255 || text[digits] != (part < 3 ? '.' : 0))
      return FALSE;
    address = address << 8 | (uint32_t)value;
    text += digits + 1;
  }
  if (address >> 24 == 0 || address >> 24 >= 224)
    return FALSE;
  *ret_address = address;
  return TRUE;
}

static void load_parameter(Loader *l, const JsonAt *at, const TcpParamInfo *info, TcpParams *params) {
  guint64 count;
  SimTime time;
  gboolean on;
  unsigned word;
  gboolean endless = info->type == TCP_PARAM_TIME ? info->high == SIM_NEVER : info->high == TCP_UNLIMITED;
  switch (info->type) {
  case TCP_PARAM_TIME:
    if (load_time(l, at, info->high < SIM_S(1) ? "ms" : "s", info->low, info->high, endless ? "never" : NULL, &time))
      tcp_params_set(params, info, time);
    return;
  case TCP_PARAM_COUNT:
    if (endless && cJSON_IsString(at->item) && !strcmp(at->item->valuestring, "unlimited"))
      tcp_params_set(params, info, TCP_UNLIMITED);
    else if (endless && !cJSON_IsNumber(at->item))
      load_type_error(l, at, "an integer, or \"unlimited\"");
    else if (load_uint(l, at, (guint64)info->low, (guint64)info->high - (endless ? 1 : 0), &count))
      tcp_params_set(params, info, (int64_t)count);
    return;
  case TCP_PARAM_SWITCH:
    if (load_bool(l, at, &on))
      tcp_params_set(params, info, on);
    return;
  case TCP_PARAM_CHOICE:
    if (load_word(l, at, info->words, &word))
      tcp_params_set(params, info, word);
    return;
  }
}

/* All parameters by name; msl first, because it sets time_wait too. */
static void load_parameters(Loader *l, const JsonAt *tcp, TcpParams *params) {
  unsigned count;
  const TcpParamInfo *list = tcp_param_list(&count);
  g_autofree const char **names = g_new0(const char *, count + 1);
  for (unsigned i = 0; i < count; i++)
    names[i] = list[i].name;
  if (!load_object(l, tcp, names))
    return;
  JsonAt at;
  if (load_member(l, tcp, "msl", &at))
    load_parameter(l, &at, tcp_param_find("msl"), params);
  for (unsigned i = 0; i < count; i++)
    if (strcmp(list[i].name, "msl") && load_member(l, tcp, list[i].name, &at))
      load_parameter(l, &at, &list[i], params);
  if (params->rto_min > params->rto_max) {
    char least[32], most[32];
    simtime_print(params->rto_min, least, sizeof least);
    simtime_print(params->rto_max, most, sizeof most);
    load_error(l, tcp, "rto_min (%s) is greater than rto_max (%s)", least, most);
  }
}

static const TcpProfile *load_profile(Loader *l, const JsonAt *at) {
  unsigned count;
  const TcpProfile *list = tcp_profile_list(&count);
  g_autofree const char **names = g_new0(const char *, count + 1);
  for (unsigned i = 0; i < count; i++)
    names[i] = list[i].name;
  unsigned index;
  return load_word(l, at, names, &index) ? &list[index] : NULL;
}

static void load_address(Loader *l, const JsonAt *at, ScenarioHost *host) {
  const char *text;
  uint32_t address;
  if (!load_text(l, at, "an IPv4 address such as \"192.0.2.1\"", &text))
    return;
  if (!parse_address(text, &address)) {
    load_type_error(l, at, "an IPv4 address of a host such as \"192.0.2.1\"");
    return;
  }
  for (unsigned i = 0; i < l->scenario->hosts->len; i++)
    if (load_host_at(l, i)->address == address) {
      load_error(l, at, "host \"%s\" has this address already", load_host_at(l, i)->name);
      return;
    }
  host->address = address;
}

static void load_one_host(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"profile", "address", "tcp", NULL};
  const char *name = at->item->string;
  uint32_t ignored;
  if (!load_is_name(name, strlen(name))) {
    g_autofree char *quoted = words_quote(name);
    load_key_error(l, at, "%s is no name: a letter, then letters, digits, _ and -, 32 characters at most", quoted);
    l->hosts_known = FALSE;
    return;
  }
  if (load_find_host(l, name, &ignored))
    return; /* a duplicate key, complained about already */
  ScenarioHost *host = g_new0(ScenarioHost, 1);
  host->name = g_strdup(name);
  host->profile = tcp_profile_find("rfc9293");
  if (load_object(l, at, keys)) {
    JsonAt member;
    const TcpProfile *profile = load_member(l, at, "profile", &member) ? load_profile(l, &member) : NULL;
    if (profile)
      host->profile = profile;
    if (load_member(l, at, "address", &member))
      load_address(l, &member, host);
  }
  tcp_profile_params(host->profile, &host->tcp);
  JsonAt tcp;
  if (cJSON_IsObject(at->item) && load_member(l, at, "tcp", &tcp))
    load_parameters(l, &tcp, &host->tcp);
  g_ptr_array_add(l->scenario->hosts, host);
}

/* The n-th host gets 192.0.2.n, or the next address that nobody has. */
static void hand_out_addresses(GPtrArray *hosts) {
  for (unsigned i = 0; i < hosts->len; i++) {
    ScenarioHost *host = g_ptr_array_index(hosts, i);
    uint32_t address = FIRST_ADDRESS + i;
    for (unsigned k = 0; !host->address && k < hosts->len; k++)
      if (((ScenarioHost *)g_ptr_array_index(hosts, k))->address == address) {
        address++;
        k = UINT_MAX;
      }
    if (!host->address)
      host->address = address;
  }
}

void load_hosts(Loader *l, const JsonAt *root) {
  JsonAt hosts;
  l->hosts_known = FALSE;
  if (!load_required(l, root, "hosts", "an object of hosts, {\"client\": {}, \"server\": {}}", &hosts))
    return;
  if (!cJSON_IsObject(hosts.item)) {
    load_type_error(l, &hosts, "an object of hosts, {\"client\": {}, \"server\": {}}");
    return;
  }
  l->hosts_known = TRUE;
  LOAD_EACH(l, &hosts, host) {
    if (l->scenario->hosts->len == SCENARIO_MAX_HOSTS) {
      load_key_error(l, &host, "more than %d hosts", SCENARIO_MAX_HOSTS);
      break;
    }
    load_one_host(l, &host);
  }
  const cJSON *child;
  cJSON_ArrayForEach(child, hosts.item) {
    if (json_doc_refused(l->doc, child))
      l->hosts_known = FALSE;
  }
  if (!l->scenario->hosts->len && l->hosts_known)
    load_error(l, &hosts, "a scenario has at least one host");
  hand_out_addresses(l->scenario->hosts);
}
