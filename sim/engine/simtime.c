#include "engine/simtime.h"

#include <string.h>

G_DEFINE_QUARK(teardown - simtime - error, simtime_error)

/* Up to this many characters of a wrong text are quoted in a message. */
#define QUOTE_CHARS 40

typedef struct Unit {
  const char *name;
  uint64_t ns;
} Unit;

/* From the smallest up: printing looks for the largest that fits. `m` and `h` are read but never printed. */
static const Unit units[] = {
    {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};
#define UNITS_PRINTED 4

/* Other spellings of the microsecond: with the micro sign and with the Greek letter. */
static const char *const micro_names[] = {"\u00b5s", "\u03bcs"};

/* What people write instead of a unit, by its beginning in lower case; the first match wins. */
static const struct {
  const char *prefix;
  const char *meant;
} unit_guesses[] = {
    {"n", "ns"},   {"mic", "us"}, {"u", "us"},  {"\u00b5", "us"}, {"\u03bc", "us"},
    {"mil", "ms"}, {"ms", "ms"},  {"min", "m"}, {"mn", "m"},      {"m", "ms"},
    {"s", "s"},    {"h", "h"},    {"d", "h"},   {"w", "h"},       {"y", "h"},
};

SimTime simtime_add(SimTime at, SimTime delay) {
  g_assert(delay >= 0);
  return at > SIM_NEVER - delay ? SIM_NEVER : at + delay;
}

/* A copy of `text` fit for a message: valid UTF-8, printable, short. */
static char *quotable(const char *text) {
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *quote = g_string_new(NULL);
  unsigned chars = 0;
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
    if (chars++ == QUOTE_CHARS) {
      g_string_append(quote, "...");
      break;
    }
    gunichar u = g_utf8_get_char(c);
    g_string_append_unichar(quote, g_unichar_isprint(u) ? u : '?');
  }
  return g_string_free(quote, FALSE);
}

static gboolean fail(GError **error, SimTimeError code, const char *text, const char *why) {
  g_autofree char *quote = quotable(text);
  g_set_error(error, SIMTIME_ERROR, (gint)code, "\"%s\" %s", quote, why);
  return FALSE;
}

static const Unit *unit_find(const char *name) {
  for (size_t i = 0; i < G_N_ELEMENTS(micro_names); i++) {
    if (strcmp(name, micro_names[i]) == 0)
      return unit_find("us");
  }
  for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
    if (strcmp(name, units[i].name) == 0)
      return &units[i];
  }
  return NULL;
}

/* The unit that was probably meant, NULL if there is no telling. */
static const char *unit_guess(const char *name) {
  g_autofree char *valid = g_utf8_make_valid(name, -1);
  g_autofree char *lower = g_utf8_strdown(valid, -1);
  for (size_t i = 0; i < G_N_ELEMENTS(unit_guesses); i++) {
    if (g_str_has_prefix(lower, unit_guesses[i].prefix))
      return unit_guesses[i].meant;
  }
  return NULL;
}

static gboolean fail_unit(GError **error, const char *text, const char *name) {
  g_autofree char *quote = quotable(text);
  g_autofree char *quoted_name = quotable(name);
  const char *guess = unit_guess(name);
  g_set_error(error, SIMTIME_ERROR, SIMTIME_ERROR_UNIT,
              "\"%s\" has an unknown unit \"%s\"; units are ns, us, ms, s, m (minutes) and h%s%s%s", quote, quoted_name,
              guess ? "; did you mean \"" : "", guess ? guess : "", guess ? "\"?" : "");
  return FALSE;
}

/* `text` is a number of `n` characters and no more. */
static gboolean fail_no_unit(GError **error, const char *text, size_t n) {
  g_autofree char *number = g_strndup(text, n);
  g_autofree char *quote = quotable(number);
  g_set_error(error, SIMTIME_ERROR, SIMTIME_ERROR_NO_UNIT, "%s has no unit: write \"%sms\" or \"%ss\"", quote, quote,
              quote);
  return FALSE;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* `digits` (`n` of them) as an integer; FALSE if it does not fit. */
static gboolean digits_value(const char *digits, size_t n, uint64_t *ret_value) {
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t digit = (uint64_t)(digits[i] - '0');
    if (value > (UINT64_MAX - digit) / 10)
      return FALSE;
    value = value * 10 + digit;
  }
  *ret_value = value;
  return TRUE;
}

/* The decimals `digits` of a unit of `unit_ns`, as whole nanoseconds; FALSE if that is not exact.
 * 13 decimals suffice: beyond them, an hour (2^13 5^11 3^2 ns) has no exact part left that ends in a nonzero digit. */
static gboolean decimals_value(const char *digits, size_t n, uint64_t unit_ns, uint64_t *ret_ns) {
  while (n > 0 && digits[n - 1] == '0')
    n--;
  if (n > 13)
    return FALSE;
  uint64_t numerator = 0;
  uint64_t denominator = 1;
  for (size_t i = 0; i < n; i++) {
    numerator = numerator * 10 + (uint64_t)(digits[i] - '0');
    denominator *= 10;
  }
  uint64_t common = greatest_common_divisor(unit_ns, denominator);
  if (numerator % (denominator / common) != 0)
    return FALSE;
  *ret_ns = numerator / (denominator / common) * (unit_ns / common);
  return TRUE;
}

gboolean simtime_parse(const char *text, SimTime *ret_time, GError **error) {
  if (text[0] == '-')
    return fail(error, SIMTIME_ERROR_RANGE, text, "is negative; a time is zero or more");
  size_t whole_n = strspn(text, "0123456789");
  const char *decimals = text + whole_n;
  size_t decimals_n = 0;
  const char *rest = decimals;
  if (*decimals == '.') {
    decimals++;
    decimals_n = strspn(decimals, "0123456789");
    rest = decimals + decimals_n;
  }
  if (whole_n == 0 || (rest != text + whole_n && decimals_n == 0))
    return fail(error, SIMTIME_ERROR_SYNTAX, text,
                "is not a time: write a number and a unit, such as \"50ms\" or \"2.5s\"");
  const char *name = *rest == ' ' ? rest + 1 : rest;
  if (*name == '\0')
    return fail_no_unit(error, text, (size_t)(rest - text));
  const Unit *unit = unit_find(name);
  if (unit == NULL)
    return fail_unit(error, text, name);

  uint64_t whole = 0;
  uint64_t part_ns = 0;
  if (!decimals_value(decimals, decimals_n, unit->ns, &part_ns))
    return fail(error, SIMTIME_ERROR_RANGE, text, "is finer than a nanosecond");
  /* SIM_NEVER itself is no span. */
  if (!digits_value(text, whole_n, &whole) || whole > (uint64_t)SIM_NEVER / unit->ns ||
      whole * unit->ns + part_ns >= (uint64_t)SIM_NEVER)
    return fail(error, SIMTIME_ERROR_RANGE, text, "is beyond 292 years, the longest time there is");
  *ret_time = (SimTime)(whole * unit->ns + part_ns);
  return TRUE;
}

/* The unit to print `ns` in: the largest that leaves at least 1 before the point; seconds for zero. */
static const Unit *unit_for(uint64_t ns) {
  size_t i = UNITS_PRINTED - 1;
  while (i > 0 && ns != 0 && ns < units[i].ns)
    i--;
  return &units[i];
}

/* `ns` in `unit`, without trailing zeros, `gap` before the unit. */
static char *print_in(uint64_t ns, const Unit *unit, const char *sign, const char *gap, char *buffer, size_t size) {
  uint64_t part = ns % unit->ns;
  char decimals[16] = "";
  if (part != 0) {
    /* Adding the unit keeps the leading zeros of the part; its first digit, a 1, gives way to the point. */
    int n = g_snprintf(decimals, sizeof decimals, "%" G_GUINT64_FORMAT, unit->ns + part);
    decimals[0] = '.';
    while (decimals[n - 1] == '0')
      decimals[--n] = '\0';
  }
  g_snprintf(buffer, size, "%s%" G_GUINT64_FORMAT "%s%s%s", sign, ns / unit->ns, decimals, gap, unit->name);
  return buffer;
}

/* Without overflow for INT64_MIN. */
static uint64_t magnitude(SimTime span) {
  return span < 0 ? 0 - (uint64_t)span : (uint64_t)span;
}

char *simtime_print(SimTime span, char *buffer, size_t size) {
  if (span == SIM_NEVER) {
    g_strlcpy(buffer, "never", size);
    return buffer;
  }
  uint64_t ns = magnitude(span);
  return print_in(ns, unit_for(ns), span < 0 ? "-" : "", "", buffer, size);
}

/* `ns` rounded (half up) to four significant digits, but never coarser than a whole `unit`. */
static uint64_t round_to_four_digits(uint64_t ns, const Unit *unit) {
  uint64_t step = 1;
  while (step < unit->ns && ns / step >= 10000)
    step *= 10;
  return (ns / step + (ns % step >= step - step / 2 ? 1 : 0)) * step;
}

char *simtime_print_human(SimTime span, char *buffer, size_t size) {
  if (span == SIM_NEVER) {
    g_strlcpy(buffer, "never", size);
    return buffer;
  }
  uint64_t ns = magnitude(span);
  uint64_t rounded = round_to_four_digits(ns, unit_for(ns));
  /* Rounding may have reached the next unit: 999.99 ms is 1 s. */
  return print_in(rounded, unit_for(rounded), span < 0 ? "-" : "", " ", buffer, size);
}
