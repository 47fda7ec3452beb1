/* "links". */
#include <string.h>

#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_DOWN   1000
#define MOST_LIMIT  1000000
#define MOST_JITTER SIM_H(1)

static int compare_downs(gconstpointer a, gconstpointer b) {
  SimTime x = ((const LinkDown *)a)->from, y = ((const LinkDown *)b)->from;
  return (x > y) - (x < y);
}

static GArray *load_down(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"from", "until", NULL};
  if (!load_list(l, at, MOST_DOWN))
    return NULL;
  GArray *downs = g_array_new(FALSE, FALSE, sizeof(LinkDown));
  LOAD_EACH(l, at, item) {
    LinkDown down = {0, SIM_NEVER};
    JsonAt member;
    if (!load_object(l, &item, keys) || !load_required(l, &item, "from", "a time such as \"300ms\"", &member) ||
        !load_time(l, &member, "s", 0, SIM_NEVER, NULL, &down.from))
      continue;
    if (load_member(l, &item, "until", &member) && load_time(l, &member, "s", 0, SIM_NEVER, "never", &down.until) &&
        down.until <= down.from)
      load_error(l, &member, "the link is down from \"from\" to \"until\": until must be the later one");
    g_array_append_val(downs, down);
  }
  g_array_sort(downs, compare_downs);
  for (unsigned i = 1; i < downs->len; i++)
    if (g_array_index(downs, LinkDown, i).from < g_array_index(downs, LinkDown, i - 1).until) {
      load_error(l, at, "two of these intervals overlap");
      break;
    }
  return downs;
}

/* --- what a direction has ----------------------------------------------------------------------------------------- */

/* Words of tc-netem that are no keys here. */
static const struct {
  const char *key, *says;
} refused_keys[] = {
    {"correlation", "there is no correlation here: for losses in bursts write \"loss\": {\"gemodel\": {\"p\": \"1%\", "
                    "\"r\": \"25%\"}}"},
    {"slot", "there are no slots here: the nearest thing is \"rate\""},
    {"slots", "there are no slots here: the nearest thing is \"rate\""},
    {"gemodel", "it is a kind of loss: write \"loss\": {\"gemodel\": {...}}"},
    {"seed", "there is one seed for all, at the top of the scenario; each link has streams of its own"},
};

/* An object of these keys (NULL-terminated), with words of our own for some keys that people know from tc-netem. */
static gboolean load_link_keys(Loader *l, const JsonAt *at, const char *const *keys) {
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  for (unsigned i = 0; keys[i]; i++)
    g_ptr_array_add(all, (gpointer)keys[i]);
  for (unsigned i = 0; cJSON_IsObject(at->item) && i < G_N_ELEMENTS(refused_keys); i++) {
    JsonAt member;
    if (g_strv_contains(keys, refused_keys[i].key) || !load_member(l, at, refused_keys[i].key, &member))
      continue;
    load_key_error(l, &member, "%s", refused_keys[i].says);
    g_ptr_array_add(all, (gpointer)refused_keys[i].key);
  }
  g_ptr_array_add(all, NULL);
  return load_object(l, at, (const char *const *)all->pdata);
}

static void load_gemodel(Loader *l, const JsonAt *at, LinkGemodel *model) {
  static const char *const keys[] = {"p", "r", "1-h", "1-k", NULL};
  JsonAt member;
  *model = (LinkGemodel){.one_minus_h = RNG_ONE};
  if (!load_object(l, at, keys))
    return;
  if (load_required(l, at, "p", "the probability of going from good to bad, such as \"1%\"", &member))
    load_probability(l, &member, &model->p);
  model->r = RNG_ONE - model->p;
  if (load_member(l, at, "r", &member))
    load_probability(l, &member, &model->r);
  if (load_member(l, at, "1-h", &member))
    load_probability(l, &member, &model->one_minus_h);
  if (load_member(l, at, "1-k", &member))
    load_probability(l, &member, &model->one_minus_k);
}

static void load_loss(Loader *l, const JsonAt *at, LinkConfig *config) {
  static const char *const keys[] = {"random", "gemodel", NULL};
  static const struct {
    const char *key, *says;
  } others[] = {{"state", "the four-state model is not simulated; \"gemodel\" is"},
                {"ecn", "segments are lost, not marked"}};
  JsonAt member;
  config->loss = 0;
  config->has_gemodel = FALSE;
  if (!cJSON_IsObject(at->item)) {
    load_probability(l, at, &config->loss);
    return;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
    if (load_member(l, at, others[i].key, &member)) {
      load_key_error(l, &member, "%s", others[i].says);
      return;
    }
  if (!load_link_keys(l, at, keys))
    return;
  if (load_has(at, "random") == load_has(at, "gemodel")) {
    if (!load_has(at, "correlation"))
      load_error(l, at, "expected either \"random\", a probability, or \"gemodel\", an object");
    return;
  }
  if (load_member(l, at, "random", &member))
    load_probability(l, &member, &config->loss);
  config->has_gemodel = load_member(l, at, "gemodel", &member);
  if (config->has_gemodel)
    load_gemodel(l, &member, &config->gemodel);
}

/* The keys that a link and each of its directions have in common. Replaces what `config` holds. */
static void load_link_config(Loader *l, const JsonAt *at, LinkConfig *config) {
  JsonAt member;
  guint64 count;
  unsigned word;
  if (load_member(l, at, "delay", &member))
    load_time(l, &member, "ms", 0, SIM_H(24), NULL, &config->delay);
  if (load_member(l, at, "jitter", &member))
    load_time(l, &member, "ms", 0, MOST_JITTER, NULL, &config->jitter);
  if (load_member(l, at, "distribution", &member) && load_word(l, &member, link_distribution_words, &word))
    config->distribution = (LinkDistribution)word;
  if (load_member(l, at, "loss", &member))
    load_loss(l, &member, config);
  if (load_member(l, at, "reorder", &member))
    load_probability(l, &member, &config->reorder);
  if (load_member(l, at, "gap", &member) && load_uint(l, &member, 1, MOST_LIMIT, &count))
    config->gap = (uint32_t)count;
  if (load_member(l, at, "duplicate", &member))
    load_probability(l, &member, &config->duplicate);
  if (load_member(l, at, "corrupt", &member))
    load_probability(l, &member, &config->corrupt);
  if (load_member(l, at, "rate", &member))
    load_rate(l, &member, &config->rate);
  if (load_member(l, at, "limit", &member) && load_uint(l, &member, 1, MOST_LIMIT, &count))
    config->limit = (uint32_t)count;
  if (load_member(l, at, "down", &member)) {
    g_clear_pointer(&config->down, g_array_unref);
    config->down = load_down(l, &member);
  }
}

/* Complains about keys that go for nothing without another one, of `at` or of the link around it. */
static void check_company(Loader *l, const JsonAt *at, const JsonAt *link) {
  JsonAt member;
  if (load_member(l, at, "gap", &member) && !load_has(at, "reorder") && !load_has(link, "reorder"))
    load_key_error(l, &member, "gap says which segments may be reordered: it needs a \"reorder\"");
  if (load_member(l, at, "distribution", &member) && !load_has(at, "jitter") && !load_has(link, "jitter"))
    load_key_error(l, &member, "a distribution needs a \"jitter\"");
}

static void check_reorder(Loader *l, const JsonAt *at, const LinkConfig *config) {
  JsonAt member;
  if (config->reorder && !config->delay)
    load_error(l, load_member(l, at, "reorder", &member) ? &member : at,
               "reorder needs a \"delay\": the segments it chooses go out at once while the others are delayed, so "
               "without one there is nothing to overtake");
}

static void load_directions(Loader *l, const JsonAt *at, const JsonAt *whole, ScenarioLink *link,
                            gboolean ret_differs[2]) {
  static const char *const keys[] = {"delay",     "jitter",  "distribution", "loss",  "reorder", "gap",
                                     "duplicate", "corrupt", "rate",         "limit", "down",    NULL};
  const char *a = load_host_at(l, link->host[0])->name, *b = load_host_at(l, link->host[1])->name;
  g_autofree char *forth = g_strdup_printf("%s>%s", a, b), *back = g_strdup_printf("%s>%s", b, a);
  const char *const directions[] = {forth, back, NULL};
  if (!load_object(l, at, directions))
    return;
  for (unsigned i = 0; i < 2; i++) {
    JsonAt direction, filter;
    if (!load_member(l, at, directions[i], &direction))
      continue;
    if (load_member(l, &direction, "filter", &filter)) {
      load_key_error(l, &filter, "a filter belongs to the link: it sees both directions");
    } else if (load_link_keys(l, &direction, keys)) {
      guint errors = l->errors->len;
      ret_differs[i] = TRUE;
      load_link_config(l, &direction, &link->config[i]);
      check_company(l, &direction, whole);
      if (l->errors->len == errors)
        check_reorder(l, &direction, &link->config[i]);
    }
  }
}

/* --- filters ------------------------------------------------------------------------------------------------------ */

static void load_timeouts(Loader *l, const JsonAt *at, FilterConfig *config) {
  const char *keys[FILTER_STATE_COUNT + 1] = {NULL};
  for (unsigned i = 0; i < FILTER_STATE_COUNT; i++)
    keys[i] = filter_state_name((FilterState)i);
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  for (unsigned i = 0; i < FILTER_STATE_COUNT; i++)
    if (load_member(l, at, keys[i], &member))
      load_time(l, &member, "s", 0, SIM_NEVER, "never", &config->timeout[i]);
}

static void load_filter(Loader *l, const JsonAt *at, const ScenarioLink *link, FilterConfig *config) {
  static const char *const keys[] = {"name", "kind", "timeouts", "idle", "unknown", "pickup", "inside", NULL};
  static const char *const kinds[] = {"conntrack", "idle", NULL}, *const unknowns[] = {"drop", "reset", NULL};
  JsonAt member;
  const char *name;
  unsigned word;
  if (!load_object(l, at, keys))
    return;
  if (load_member(l, at, "name", &member) && load_name(l, &member, &name))
    g_strlcpy(config->name, name, sizeof config->name);
  if (load_member(l, at, "kind", &member) && load_word(l, &member, kinds, &word))
    config->kind = (FilterKind)word;
  if (load_member(l, at, "unknown", &member) && load_word(l, &member, unknowns, &word))
    config->unknown = (FilterUnknown)word;
  if (load_member(l, at, "pickup", &member))
    load_bool(l, &member, &config->pickup);
  if (load_member(l, at, "inside", &member) && load_host(l, &member, &config->inside) &&
      config->inside != link->host[0] && config->inside != link->host[1])
    load_error(l, &member, "this host is not at an end of the link");
  if (load_member(l, at, "timeouts", &member)) {
    load_timeouts(l, &member, config);
    if (config->kind == FILTER_IDLE)
      load_key_error(l, &member, "a filter of kind idle has one time-out, \"idle\"");
  }
  if (load_member(l, at, "idle", &member)) {
    load_time(l, &member, "s", 0, SIM_NEVER, "never", &config->idle);
    if (config->kind != FILTER_IDLE)
      load_key_error(l, &member, "only a filter of \"kind\": \"idle\" has this; conntrack has \"timeouts\" by state");
  }
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static gboolean load_between(Loader *l, const JsonAt *at, uint32_t host[2]) {
  static const char expected[] = "the names of two hosts, [\"client\", \"server\"]";
  if (!cJSON_IsArray(at->item) || cJSON_GetArraySize(at->item) != 2) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  unsigned found = 0;
  LOAD_EACH(l, at, end)
  found += load_host(l, &end, &host[found ? 1 : 0]) ? 1 : 0;
  if (found == 2 && host[0] == host[1]) {
    load_error(l, at, "a link joins two different hosts");
    return FALSE;
  }
  unsigned ignored;
  if (found == 2 && scenario_link(l->scenario, host[0], host[1], &ignored)) {
    load_error(l, at, "there is a link between these hosts already");
    return FALSE;
  }
  return found == 2;
}

static void load_link(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"between", "delay", "jitter",    "distribution", "loss",
                                     "reorder", "gap",   "duplicate", "corrupt",      "rate",
                                     "limit",   "down",  "filter",    "directions",   NULL};
  JsonAt member;
  g_autofree ScenarioLink *link = g_new0(ScenarioLink, 1);
  if (!load_link_keys(l, at, keys)) {
    l->links_known = FALSE;
    return;
  }
  gboolean joined = load_required(l, at, "between", "the names of two hosts, [\"client\", \"server\"]", &member) &&
                    load_between(l, &member, link->host);
  l->links_known = l->links_known && joined;
  guint errors = l->errors->len;
  load_required(l, at, "delay", "a time such as \"50ms\"", &member);
  load_link_config(l, at, &link->config[0]);
  check_company(l, at, at);
  link->config[1] = link->config[0];
  if (link->config[0].down)
    g_array_ref(link->config[0].down);
  gboolean differs[2] = {FALSE, FALSE}; /* and was checked by itself */
  if (joined && load_member(l, at, "directions", &member))
    load_directions(l, &member, at, link, differs);
  if (l->errors->len == errors && !(differs[0] && differs[1]))
    check_reorder(l, at, &link->config[differs[0] ? 1 : 0]);
  link->has_filter = joined && load_member(l, at, "filter", &member);
  if (link->has_filter) {
    link->filter = filter_config_default();
    load_filter(l, &member, link, &link->filter);
  }
  if (joined) {
    g_ptr_array_add(l->scenario->links, g_steal_pointer(&link));
    return;
  }
  g_clear_pointer(&link->config[0].down, g_array_unref);
  g_clear_pointer(&link->config[1].down, g_array_unref);
}

void load_links(Loader *l, const JsonAt *root) {
  JsonAt links;
  l->links_known = TRUE;
  if (!load_has(root, "links"))
    return;
  if (!load_member(l, root, "links", &links) || !load_list(l, &links, SCENARIO_MAX_HOSTS * SCENARIO_MAX_HOSTS)) {
    l->links_known = FALSE;
    return;
  }
  LOAD_EACH(l, &links, link)
  load_link(l, &link);
}
