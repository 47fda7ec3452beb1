/* Numbers and what is written like them: counts, times, rates, probabilities, ranges. */
#include <string.h>

#include "scenario/decimal.h"
#include "scenario/load.h"
#include "scenario/words.h"

/* Whether `text` is digits, perhaps a point and more digits, then (after at most one space) `unit`; `ret_length` is the
 * length of the number. */
static gboolean number_and_unit(const char *text, const char *unit, gsize *ret_length) {
  gsize digits = strspn(text, "0123456789"), length = digits;
  if (!digits)
    return FALSE;
  if (text[length] == '.') {
    gsize decimals = strspn(text + length + 1, "0123456789");
    if (!decimals)
      return FALSE;
    length += 1 + decimals;
  }
  *ret_length = length;
  const char *rest = text + length + (text[length] == ' ');
  return !strcmp(rest, unit);
}

gboolean load_uint(Loader *l, const JsonAt *at, guint64 low, guint64 high, guint64 *ret_value) {
  g_autofree char *expected = g_strdup_printf("an integer from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, low, high);
  if (!cJSON_IsNumber(at->item)) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  g_autofree char *token = json_doc_token(l->doc, at->item);
  Decimal decimal;
  guint64 value;
  if (!decimal_parse(token, strlen(token), &decimal) || !decimal_to_uint(decimal, 1, &value) || value < low ||
      value > high) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  *ret_value = value;
  return TRUE;
}

static gboolean time_out_of_range(Loader *l, const JsonAt *at, SimTime low, SimTime high) {
  char from[32], to[32];
  simtime_print(low, from, sizeof from);
  simtime_print(high, to, sizeof to);
  if (high == SIM_NEVER)
    load_error(l, at, "expected a time of at least \"%s\"", from);
  else
    load_error(l, at, "expected a time from \"%s\" to \"%s\"", from, to);
  return FALSE;
}

gboolean load_time(Loader *l, const JsonAt *at, const char *unit, SimTime low, SimTime high, const char *word,
                   SimTime *ret_time) {
  g_autofree char *expected = g_strdup_printf("a time such as \"%s\"%s%s%s", strcmp(unit, "s") ? "50ms" : "2.5s",
                                              word ? ", or \"" : "", word ? word : "", word ? "\"" : "");
  const char *text;
  gsize length;
  if (cJSON_IsNumber(at->item)) {
    g_autofree char *token = json_doc_token(l->doc, at->item);
    g_autofree char *found = g_strdup_printf("%s%s", token, strcmp(token, "0") ? unit : "s");
    if (strpbrk(token, "-eE"))
      load_type_error(l, at, expected);
    else
      load_error(l, at, "a time has a unit: did you mean \"%s\"? (units: ns us ms s m h)", found);
    return FALSE;
  }
  if (!load_text(l, at, expected, &text))
    return FALSE;
  if (word && !strcmp(text, word)) {
    *ret_time = SIM_NEVER;
    return TRUE;
  }
  if (number_and_unit(text, "", &length)) {
    load_error(l, at, "a time has a unit: did you mean \"%.*s%s\"? (units: ns us ms s m h)", (int)length, text, unit);
    return FALSE;
  }
  g_autoptr(GError) error = NULL;
  SimTime time = 0;
  if (!simtime_parse(text, &time, &error)) {
    if (word && words_nearest(text, (const char *const[]){word, NULL}))
      load_error(l, at, "expected %s; did you mean \"%s\"?", expected, word);
    else
      load_error(l, at, "expected %s: %s", expected, error->message);
    return FALSE;
  }
  if (time < low || time > high)
    return time_out_of_range(l, at, low, high);
  *ret_time = time;
  return TRUE;
}

/* What tc takes for octets per second, and what people write for bits. */
static void rate_unit_error(Loader *l, const JsonAt *at, const char *text, const char *unit) {
  static const char *const names[] = {"bit", "kbit", "mbit", "gbit", NULL};
  g_autofree char *lower = g_ascii_strdown(unit, -1);
  g_autofree char *quoted = words_quote(text);
  const char *nearest = NULL;
  for (unsigned i = 0; names[i]; i++) /* by the prefix: Mbit, mb, mbps, mbit/s, Mb/s */
    if (lower[0] && names[i][0] == lower[0])
      nearest = names[i];
  if (strstr(lower, "ps"))
    load_error(
        l, at,
        "%s: tc-netem reads \"%s\" as octets per second, most people as bits: write bit, kbit, mbit or gbit%s%s%s",
        quoted, lower, nearest ? " (did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?)" : "");
  else
    load_error(l, at, "%s has an unknown unit; units are bit, kbit, mbit and gbit%s%s%s", quoted,
               nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

gboolean load_rate(Loader *l, const JsonAt *at, guint64 *ret_bits_per_second) {
  static const struct {
    const char *name;
    guint64 scale;
  } units[] = {{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}};
  static const guint64 fastest = 1000000000000000; /* bit/s: an octet then takes less than a nanosecond */
  const char *text;
  gsize length = 0;
  if (cJSON_IsNumber(at->item)) {
    g_autofree char *token = json_doc_token(l->doc, at->item);
    load_error(l, at, "a rate has a unit: did you mean \"%s%s\"? (units: bit kbit mbit gbit)", token,
               at->item->valuedouble < 10000 ? "mbit" : "bit");
    return FALSE;
  }
  if (!load_text(l, at, "a rate such as \"10mbit\"", &text))
    return FALSE;
  for (unsigned i = 0; i < G_N_ELEMENTS(units); i++) {
    Decimal decimal;
    guint64 rate;
    if (!number_and_unit(text, units[i].name, &length))
      continue;
    if (!decimal_parse(text, length, &decimal) || !decimal_to_uint(decimal, units[i].scale, &rate) || !rate ||
        rate > fastest) {
      load_error(l, at, "expected a rate of a whole number of bits per second, from \"1bit\" to \"1000000gbit\"");
      return FALSE;
    }
    *ret_bits_per_second = rate;
    return TRUE;
  }
  if (number_and_unit(text, "", &length))
    load_error(l, at, "a rate has a unit: did you mean \"%.*smbit\"? (units: bit kbit mbit gbit)", (int)length, text);
  else if (length)
    rate_unit_error(l, at, text, text + length + (text[length] == ' '));
  else
    load_type_error(l, at, "a rate such as \"10mbit\"");
  return FALSE;
}

gboolean load_probability(Loader *l, const JsonAt *at, Probability *ret_probability) {
  static const char expected[] = "a probability: \"2.5%\", or a number from 0 to 1";
  g_autofree char *token = NULL;
  const char *text;
  gsize length;
  gint shift = 0;
  if (cJSON_IsNumber(at->item)) {
    text = token = json_doc_token(l->doc, at->item);
    length = strlen(token);
  } else {
    if (!load_text(l, at, expected, &text))
      return FALSE;
    shift = -2;
    if (!number_and_unit(text, "%", &length)) {
      if (number_and_unit(text, "", &length))
        load_error(l, at, "expected %s; did you mean \"%.*s%%\"?", expected, (int)length, text);
      else
        load_type_error(l, at, expected);
      return FALSE;
    }
  }
  Decimal decimal;
  guint64 numerator, denominator;
  if (!decimal_parse(text, length, &decimal) || !decimal_to_fraction(decimal, shift, &numerator, &denominator)) {
    guint64 percent;
    if (token && decimal_parse(text, length, &decimal) && decimal_to_uint(decimal, 1000000, &percent) &&
        percent <= 100000000)
      load_error(l, at, "expected %s; did you mean \"%s%%\"?", expected, token);
    else
      load_type_error(l, at, expected);
    return FALSE;
  }
  *ret_probability = rng_probability(numerator, denominator);
  return TRUE;
}

/* The integer at the front of `text`; returns what follows it, NULL if there is none or it is too large. */
static const char *leading_uint(const char *text, guint64 *ret_value) {
  gsize digits = strspn(text, "0123456789");
  Decimal decimal;
  if (!digits || (digits > 1 && text[0] == '0') || !decimal_parse(text, digits, &decimal) ||
      !decimal_to_uint(decimal, 1, ret_value))
    return NULL;
  return text + digits;
}

gboolean load_range(Loader *l, const JsonAt *at, guint64 low, guint64 high, FaultRange *ret_range) {
  guint64 first, last = G_MAXUINT64;
  if (cJSON_IsNumber(at->item)) {
    if (!load_uint(l, at, low, high, &first))
      return FALSE;
    *ret_range = (FaultRange){first, first};
    return TRUE;
  }
  static const char expected[] = "an integer such as 3, or a range such as \"3..\" or \"2..4\"";
  const char *text;
  if (!load_text(l, at, expected, &text))
    return FALSE;
  const char *rest = leading_uint(text, &first);
  gboolean good = rest && g_str_has_prefix(rest, "..");
  if (good && rest[2]) {
    const char *end = leading_uint(rest + 2, &last);
    good = end && !*end;
  }
  if (!good) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  if (first < low || first > high || (rest[2] && last > high)) {
    load_error(l, at, "expected a range within %" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT, low, high);
    return FALSE;
  }
  if (first > last) {
    load_error(l, at,
               "this range ends before it begins: did you mean \"%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "\"?", last,
               first);
    return FALSE;
  }
  *ret_range = (FaultRange){first, last};
  return TRUE;
}
