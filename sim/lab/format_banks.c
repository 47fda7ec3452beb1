/* Question banks: Moodle XML (https://docs.moodle.org/en/Moodle_XML_format) and GIFT. A question carries all that is
 * given of its run, so that it can be asked by itself. Times are asked for in seconds. A design and a repair must be
 * run to be graded: a comment says that they are left out.
 *
 * In Moodle a question with several blanks is a cloze, an order a matching (of places, for two things may look the
 * same), a state one choice of the eleven, a path of states such a choice for each of its places. */
#include "lab/format_write.h"
#include "lab/formats.h"
#include "lab/worksheet_html.h"

#include <math.h>
#include <string.h>

static const LabQuestion *question_at(const LabInstance *instance, guint index) {
  return g_ptr_array_index(instance->lab->questions, index);
}

static const LabKey *key_at(const LabInstance *instance, guint index) {
  return g_ptr_array_index(instance->keys, index);
}

static const LabBlank *blank_at(const LabKey *key, guint index) {
  return g_ptr_array_index(key->blanks, index);
}

static gboolean must_be_run(const LabKey *key) {
  for (guint i = 0; i < key->blanks->len; i++) {
    LabBlankType type = blank_at(key, i)->type;
    if (type == LAB_BLANK_SCENARIO || type == LAB_BLANK_PARAMS)
      return TRUE;
  }
  return FALSE;
}

/* A decimal fraction of seconds, exact: "0.35". */
static char *seconds_text(SimTime span) {
  GString *text = g_string_new(NULL);
  guint64 octets = (guint64)(span < 0 ? -span : span);
  g_string_printf(text, "%s%" G_GUINT64_FORMAT ".%09" G_GUINT64_FORMAT, span < 0 ? "-" : "", octets / 1000000000,
                  octets % 1000000000);
  while (text->str[text->len - 1] == '0')
    g_string_truncate(text, text->len - 1);
  if (text->str[text->len - 1] == '.')
    g_string_truncate(text, text->len - 1);
  return g_string_free(text, FALSE);
}

static gboolean is_number(LabBlankType type) {
  return type == LAB_BLANK_TIME || type == LAB_BLANK_COUNT || type == LAB_BLANK_SEGMENT;
}

/* The number that a blank expects, as text, and how far off it may be: times in seconds. */
static char *number_text(const LabKey *key, const LabBlank *blank, char **ret_tolerance) {
  SimTime span = 0;
  double value = g_ascii_strtod(blank->expected, NULL);
  gboolean is_time = blank->type == LAB_BLANK_TIME && simtime_parse(blank->expected, &span, NULL);
  if (is_time)
    value = (double)span / 1e9;
  double absolute = is_time ? (double)key->tolerance_absolute / 1e9 : (double)key->tolerance_absolute;
  double tolerance = MAX(absolute, key->tolerance * (value < 0 ? -value : value));
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  *ret_tolerance = g_strdup(g_ascii_formatd(buffer, sizeof buffer, "%.9g", tolerance));
  return is_time ? seconds_text(span) : g_strdup(blank->expected);
}

static char *cell_text(const LabTable *table, guint row, guint column) {
  const GArray *cells = g_ptr_array_index(table->rows, row);
  const char *text = column < cells->len ? g_array_index(cells, LabCell, column).text : NULL;
  return format_clean_line(text);
}

/* What stands in a row of the table besides its letter. */
static char *row_text(const LabTable *table, guint row) {
  GString *text = g_string_new(NULL);
  for (guint column = 1; column < table->columns->len; column++) {
    g_autofree char *cell = cell_text(table, row, column);
    g_string_append_printf(text, "%s%s", text->len > 0 && cell[0] != '\0' ? ", " : "", cell);
  }
  return g_string_free(text, FALSE);
}

/* The row of a letter; -1 if there is none. */
static int row_of(const LabTable *table, const char *letter) {
  for (guint row = 0; row < table->rows->len; row++) {
    g_autofree char *cell = cell_text(table, row, 0);
    if (strcmp(cell, letter) == 0)
      return (int)row;
  }
  return -1;
}

/* The rows of an order's table in their right order, of guint; NULL if the key is no such thing. */
static GArray *order_rows(const LabKey *key) {
  if (blank_at(key, 0)->type != LAB_BLANK_ORDER || key->table == NULL)
    return NULL;
  g_auto(GStrv) letters = g_strsplit(blank_at(key, 0)->expected, " ", -1);
  GArray *rows = g_array_new(FALSE, FALSE, sizeof(guint));
  for (char **letter = letters; *letter; letter++) {
    int row = row_of(key->table, *letter);
    g_assert(row >= 0);
    g_array_append_vals(rows, &row, 1);
  }
  return rows;
}

/* The reason, for general feedback. */
static char *why_text(const LabQuestion *question, const LabKey *key) {
  return g_strdup_printf("%s%s%s%s", key->why ? key->why : "", key->why && question->rfc ? " " : "",
                         question->rfc ? "See " : "", question->rfc ? question->rfc : "");
}

/* ---- Moodle XML -------------------------------------------------------------------------------------------------- */

static void append_element(GString *out, const char *indent, const char *element, const char *attributes,
                           const char *html) {
  g_string_append_printf(out, "%s<%s%s><text>", indent, element, attributes);
  format_append_xml(out, html);
  g_string_append_printf(out, "</text></%s>\n", element);
}

/* Characters that end or part what stands in a cloze. */
static void append_cloze_text(GString *out, const char *text) {
  g_autofree char *line = format_clean_line(text);
  GString *escaped = g_string_new(NULL);
  worksheet_html_text(escaped, line);
  for (const char *p = escaped->str; *p; p++) {
    if (strchr("}~/\\\"", *p) || (*p == '#' && (p == escaped->str || p[-1] != '&')))
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
  }
  g_string_free(escaped, TRUE);
}

static void append_cloze_words(GString *out, const char *right, const char *(*word)(guint index)) {
  for (guint i = 0; word(i); i++) {
    g_string_append(out, i > 0 ? "~" : "");
    g_string_append(out, strcmp(word(i), right) == 0 ? "=" : "");
    append_cloze_text(out, word(i));
  }
}

static const char *state_word(guint index) {
  return index < TCP_STATE_COUNT ? tcp_state_name((TcpState)index) : NULL;
}

static const char *stimulus_word(guint index) {
  return index < TCP_STIMULUS_COUNT ? tcp_stimulus_name((TcpStimulus)index) : NULL;
}

/* What a path has in a place where it has no state. */
#define NO_STATE "(none)"

static const char *place_word(guint index) {
  return index == TCP_STATE_COUNT ? NO_STATE : state_word(index);
}

/* The states of a path blank, one a place; NULL if its key is more than states. To be freed. */
static char **path_states(const LabBlank *blank) {
  if (blank->type != LAB_BLANK_PATH)
    return NULL;
  char **states = g_strsplit(blank->expected, ", ", -1);
  TcpState state;
  for (char **word = states; *word; word++)
    if (!tcp_state_parse(*word, &state)) {
      g_strfreev(states);
      return NULL;
    }
  return states;
}

/* How many places are offered for each path of a question: two more than the longest has, so that their number tells
 * nothing. */
static guint path_places(const LabKey *key) {
  guint most = 0;
  for (guint i = 0; i < key->blanks->len; i++) {
    g_auto(GStrv) states = path_states(blank_at(key, i));
    most = MAX(most, states ? g_strv_length(states) : 0);
  }
  return most + 2;
}

static gboolean has_path(const LabKey *key) {
  for (guint i = 0; i < key->blanks->len; i++) {
    g_auto(GStrv) states = path_states(blank_at(key, i));
    if (states)
      return TRUE;
  }
  return FALSE;
}

static unsigned cloze_weight(const LabKey *key, const LabBlank *blank) {
  unsigned weight = (unsigned)(blank->weight * key->blanks->len + 0.5);
  return MAX(weight, 1);
}

static void append_cloze(GString *out, const LabKey *key, unsigned index) {
  const LabBlank *blank = blank_at(key, index);
  g_auto(GStrv) states = path_states(blank);
  guint n = states ? g_strv_length(states) : 0;
  for (guint i = 0; states && i < path_places(key); i++) {
    g_string_append_printf(out, "%s{1:MULTICHOICE:", i > 0 ? " " : "");
    append_cloze_words(out, i < n ? states[i] : NO_STATE, place_word);
    g_string_append_c(out, '}');
  }
  if (states)
    return;
  g_string_append_printf(out, "{%u:", cloze_weight(key, blank));
  if (is_number(blank->type)) {
    g_autofree char *tolerance = NULL, *number = number_text(key, blank, &tolerance);
    g_string_append_printf(out, "NUMERICAL:=%s:%s", number, tolerance);
  } else if (blank->type == LAB_BLANK_STATE) {
    g_string_append(out, "MULTICHOICE:");
    append_cloze_words(out, blank->expected, state_word);
  } else if (blank->type == LAB_BLANK_STIMULUS) {
    g_string_append(out, "MULTICHOICE:");
    append_cloze_words(out, blank->expected, stimulus_word);
  } else {
    g_string_append(out, "SHORTANSWER:=");
    append_cloze_text(out, blank->expected);
  }
  g_string_append_c(out, '}');
  if (blank->type == LAB_BLANK_TIME)
    g_string_append(out, " s");
}

static void append_choice(GString *out, const char *fraction, const char *text, const char *feedback) {
  GString *html = g_string_new(NULL);
  worksheet_html_text(html, text);
  g_string_append_printf(out, "    <answer fraction=\"%s\" format=\"html\">\n", fraction);
  g_string_append(out, "      <text>");
  format_append_xml(out, html->str);
  g_string_append(out, "</text>\n");
  g_string_assign(html, "");
  worksheet_html_text(html, feedback);
  append_element(out, "      ", "feedback", " format=\"html\"", html->str);
  g_string_append(out, "    </answer>\n");
  g_string_free(html, TRUE);
}

/* Moodle knows only certain shares; these are its spellings. */
static const char *share_text(guint parts) {
  static const char *const shares[] = {"0",        "100",      "50",   "33.33333", "25", "20",
                                       "16.66667", "14.28571", "12.5", "11.11111", "10"};
  return parts < G_N_ELEMENTS(shares) ? shares[parts] : "5";
}

static void moodle_states(const LabKey *key, GString *out) {
  g_string_append(out, "    <single>true</single>\n    <shuffleanswers>false</shuffleanswers>\n"
                       "    <answernumbering>none</answernumbering>\n");
  for (guint i = 0; state_word(i); i++)
    append_choice(out, strcmp(state_word(i), blank_at(key, 0)->expected) == 0 ? "100" : "0", state_word(i), NULL);
}

static void moodle_choose(const LabKey *key, GString *out) {
  guint right = 0, rows = key->choice_right->len;
  for (guint i = 0; i < rows; i++)
    right += g_array_index(key->choice_right, gboolean, i) ? 1 : 0;
  g_string_append_printf(out,
                         "    <single>%s</single>\n    <shuffleanswers>true</shuffleanswers>\n"
                         "    <answernumbering>abc</answernumbering>\n",
                         key->several ? "false" : "true");
  for (guint i = 0; i < rows; i++) {
    gboolean is_right = g_array_index(key->choice_right, gboolean, i);
    g_autofree char *text = row_text(key->table, i);
    g_autofree char *fraction = is_right       ? g_strdup(share_text(right))
                                : key->several ? g_strdup_printf("-%s", share_text(rows - right))
                                               : g_strdup("0");
    append_choice(out, fraction, text, g_ptr_array_index(key->choice_feedback, i));
  }
}

static void moodle_number(const LabKey *key, GString *out) {
  g_autofree char *tolerance = NULL, *number = number_text(key, blank_at(key, 0), &tolerance);
  g_string_append_printf(out,
                         "    <answer fraction=\"100\" format=\"moodle_auto_format\">\n      <text>%s</text>\n"
                         "      <feedback format=\"html\"><text></text></feedback>\n"
                         "      <tolerance>%s</tolerance>\n    </answer>\n",
                         number, tolerance);
}

static void moodle_short(const LabKey *key, GString *out) {
  g_string_append(out, "    <usecase>0</usecase>\n    <answer fraction=\"100\" format=\"moodle_auto_format\">\n"
                       "      <text>");
  format_append_xml(out, blank_at(key, 0)->expected);
  g_string_append(out, "</text>\n      <feedback format=\"html\"><text></text></feedback>\n    </answer>\n");
}

static void moodle_matching(const LabKey *key, GString *out) {
  g_autoptr(GArray) rows = order_rows(key);
  g_string_append(out, "    <shuffleanswers>false</shuffleanswers>\n");
  for (guint i = 0; i < rows->len; i++) {
    g_autofree char *text = row_text(key->table, g_array_index(rows, guint, i));
    g_string_append_printf(out, "    <subquestion format=\"html\">\n      <text>place %u</text>\n      <answer><text>",
                           i + 1);
    format_append_xml(out, text);
    g_string_append(out, "</text></answer>\n    </subquestion>\n");
  }
}

typedef enum { AS_CHOICE, AS_STATES, AS_NUMBER, AS_SHORT, AS_MATCHING, AS_CLOZE } Form;

static Form form_of(const LabQuestion *question, const LabKey *key) {
  if (question->kind == LAB_CHOOSE && key->choice_right && key->table)
    return AS_CHOICE;
  if (blank_at(key, 0)->type == LAB_BLANK_ORDER)
    return AS_MATCHING;
  if (key->blanks->len > 1 || has_path(key))
    return AS_CLOZE;
  LabBlankType type = blank_at(key, 0)->type;
  if (type == LAB_BLANK_STATE)
    return AS_STATES;
  return is_number(type) ? AS_NUMBER : AS_SHORT;
}

static void append_context(GString *html, const LabInstance *instance, const LabQuestion *question) {
  worksheet_html_given(html, g_ptr_array_index(instance->runs, question->run), 4);
}

static void append_path_note(GString *html, const LabKey *key) {
  if (has_path(key))
    g_string_append(html, "<p>State by state, from the first; " NO_STATE " after the last.</p>\n");
}

static char *moodle_text(const LabInstance *instance, const LabQuestion *question, const LabKey *key, Form form) {
  GString *html = g_string_new(NULL);
  append_context(html, instance, question);
  if (form == AS_CLOZE) {
    worksheet_html_question(html, key, append_cloze);
  } else if (form == AS_CHOICE || form == AS_MATCHING) {
    g_string_append(html, "<p>");
    worksheet_html_text(html, key->text);
    g_string_append(html, "</p>\n");
  } else {
    worksheet_html_asked(html, key);
  }
  if (blank_at(key, 0)->type == LAB_BLANK_TIME && form == AS_NUMBER)
    g_string_append(html, "<p>Answer in seconds.</p>\n");
  append_path_note(html, key);
  return g_string_free(html, FALSE);
}

/* What another try costs, as a hint does: the nearest of the shares that Moodle's form knows. */
static const char *penalty_text(const LabQuestion *question) {
  static const char *const penalties[] = {"0.0000000", "0.1000000", "0.2000000", "0.2500000", "0.3333333", "0.5000000"};
  double cost = 1.0 / 3, sum = 0;
  for (guint i = 0; i < question->hints->len; i++)
    sum += ((const LabHint *)g_ptr_array_index(question->hints, i))->cost;
  if (question->hints->len > 0)
    cost = sum / question->hints->len;
  const char *nearest = penalties[0];
  for (guint i = 0; i < G_N_ELEMENTS(penalties); i++)
    if (fabs(g_ascii_strtod(penalties[i], NULL) - cost) < fabs(g_ascii_strtod(nearest, NULL) - cost))
      nearest = penalties[i];
  return nearest;
}

/* Shown one after each wrong try, where the quiz allows several. */
static void moodle_hints(const LabKey *key, GString *out) {
  for (guint i = 0; i < key->hints->len; i++) {
    GString *html = g_string_new(NULL);
    worksheet_html_text(html, g_ptr_array_index(key->hints, i));
    append_element(out, "    ", "hint", " format=\"html\"", html->str);
    g_string_free(html, TRUE);
  }
}

static void moodle_question(const LabInstance *instance, guint index, GString *out) {
  static const char *const types[] = {"multichoice", "multichoice", "numerical", "shortanswer", "matching", "cloze"};
  const LabQuestion *question = question_at(instance, index);
  const LabKey *key = key_at(instance, index);
  Form form = form_of(question, key);
  g_autofree char *name = g_strdup_printf("%s %s (%s)", instance->lab->name, question->id, instance->code);
  g_autofree char *text = moodle_text(instance, question, key, form);
  g_autofree char *why = why_text(question, key);
  GString *why_html = g_string_new(NULL);
  worksheet_html_text(why_html, why);
  g_string_append_printf(out, "  <question type=\"%s\">\n", types[form]);
  append_element(out, "    ", "name", "", name);
  append_element(out, "    ", "questiontext", " format=\"html\"", text);
  append_element(out, "    ", "generalfeedback", " format=\"html\"", why_html->str);
  g_string_free(why_html, TRUE);
  if (form != AS_CLOZE)
    g_string_append_printf(out, "    <defaultgrade>%u</defaultgrade>\n", question->points);
  g_string_append_printf(out, "    <penalty>%s</penalty>\n    <hidden>0</hidden>\n", penalty_text(question));
  if (form == AS_CHOICE)
    moodle_choose(key, out);
  else if (form == AS_STATES)
    moodle_states(key, out);
  else if (form == AS_NUMBER)
    moodle_number(key, out);
  else if (form == AS_SHORT)
    moodle_short(key, out);
  else if (form == AS_MATCHING)
    moodle_matching(key, out);
  moodle_hints(key, out);
  g_string_append(out, "  </question>\n");
}

void format_moodle_key(const LabInstance *instance, const TextStyle *style, GString *out) {
  (void)style;
  g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n");
  g_string_append(out, "  <question type=\"category\">\n    <category><text>$course$/teardown/");
  format_append_xml(out, instance->lab->name);
  g_string_append(out, "</text></category>\n  </question>\n");
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    if (must_be_run(key_at(instance, i)))
      g_string_append_printf(out, "  <!-- %s (%s) must be run to be graded: use teardown lab grade -->\n",
                             question_at(instance, i)->id, lab_question_kind(question_at(instance, i)->kind)->word);
    else
      moodle_question(instance, i, out);
  }
  g_string_append(out, "</quiz>\n");
}

/* ---- GIFT -------------------------------------------------------------------------------------------------------- */

/* Lines stay lines, as "\n" is read. */
static void append_gift(GString *out, const char *text) {
  g_autofree char *shown = format_clean(text);
  for (const char *p = shown; *p; p++) {
    if (*p == '\n') {
      g_string_append(out, "\\n");
      continue;
    }
    if (strchr("\\:~=#{}", *p))
      g_string_append_c(out, '\\');
    g_string_append_c(out, *p);
  }
}

/* The same for what Moodle reads as HTML, as it does all of a question whose text is HTML. */
static void append_gift_html(GString *out, const char *text) {
  GString *html = g_string_new(NULL);
  worksheet_html_text(html, text);
  append_gift(out, html->str);
  g_string_free(html, TRUE);
}

static void gift_choices(const LabKey *key, GString *out) {
  guint right = 0, rows = key->choice_right->len;
  for (guint i = 0; i < rows; i++)
    right += g_array_index(key->choice_right, gboolean, i) ? 1 : 0;
  for (guint i = 0; i < rows; i++) {
    gboolean is_right = g_array_index(key->choice_right, gboolean, i);
    const char *feedback = g_ptr_array_index(key->choice_feedback, i);
    g_autofree char *text = row_text(key->table, i);
    if (key->several)
      g_string_append_printf(out, "\n~%%%s%s%%", is_right ? "" : "-", share_text(is_right ? right : rows - right));
    else
      g_string_append(out, is_right ? "\n=" : "\n~");
    append_gift_html(out, text);
    if (feedback) {
      g_string_append(out, " #");
      append_gift_html(out, feedback);
    }
  }
}

static void gift_pair(GString *out, const char *left, const char *right) {
  g_string_append(out, "\n=");
  append_gift_html(out, left);
  g_string_append(out, " -> ");
  append_gift(out, right);
}

/* What a blank is called and what it holds; of an order, the things and their places. */
static void gift_pairs(const LabKey *key, GString *out) {
  g_autoptr(GArray) rows = order_rows(key);
  for (guint i = 0; rows && i < rows->len; i++) {
    g_autofree char *row = row_text(key->table, g_array_index(rows, guint, i));
    g_autofree char *place = g_strdup_printf("place %u", i + 1);
    gift_pair(out, place, row);
  }
  for (guint i = 0; !rows && i < key->blanks->len; i++) {
    const LabBlank *blank = blank_at(key, i);
    const char *label = blank->label[0] != '\0' ? blank->label : blank->id;
    g_auto(GStrv) states = path_states(blank);
    for (guint place = 0; states && place < path_places(key); place++) {
      g_autofree char *left = g_strdup_printf("%s, state %u", label, place + 1);
      gift_pair(out, left, place < g_strv_length(states) ? states[place] : NO_STATE);
    }
    if (!states)
      gift_pair(out, label, blank->expected);
  }
}

static void gift_answer(const LabQuestion *question, const LabKey *key, GString *out) {
  Form form = form_of(question, key);
  if (form == AS_CHOICE) {
    gift_choices(key, out);
  } else if (form == AS_MATCHING || form == AS_CLOZE) {
    gift_pairs(key, out);
  } else if (form == AS_NUMBER) {
    g_autofree char *tolerance = NULL, *number = number_text(key, blank_at(key, 0), &tolerance);
    g_string_append_printf(out, "#%s:%s", number, tolerance);
  } else if (form == AS_STATES) {
    for (guint i = 0; state_word(i); i++)
      g_string_append_printf(out, "\n%c%s", strcmp(state_word(i), blank_at(key, 0)->expected) == 0 ? '=' : '~',
                             state_word(i));
  } else {
    g_string_append_c(out, '=');
    append_gift(out, blank_at(key, 0)->expected);
  }
}

static void gift_question(const LabInstance *instance, guint index, GString *out) {
  const LabQuestion *question = question_at(instance, index);
  const LabKey *key = key_at(instance, index);
  Form form = form_of(question, key);
  GString *html = g_string_new(NULL);
  append_context(html, instance, question);
  if (form == AS_CHOICE || form == AS_MATCHING) {
    g_string_append(html, "<p>");
    worksheet_html_text(html, key->text);
    g_string_append(html, "</p>\n");
  } else {
    worksheet_html_asked(html, key);
  }
  if (blank_at(key, 0)->type == LAB_BLANK_TIME)
    g_string_append(html, "<p>Answer in seconds.</p>\n");
  append_path_note(html, key);
  g_autofree char *why = why_text(question, key);
  g_string_append(out, "\n::");
  append_gift(out, instance->lab->name);
  g_string_append_c(out, ' ');
  append_gift(out, question->id);
  g_string_append(out, ":: [html]");
  append_gift(out, html->str);
  g_string_append(out, "{");
  gift_answer(question, key, out);
  if (why[0] != '\0') {
    g_string_append(out, "\n####");
    append_gift_html(out, why);
  }
  g_string_append(out, "}\n");
  g_string_free(html, TRUE);
}

void format_gift_key(const LabInstance *instance, const TextStyle *style, GString *out) {
  (void)style;
  g_autofree char *title = format_clean_line(instance->lab->title);
  g_string_append_printf(out, "// %s: variant %s\n$CATEGORY: $course$/teardown/%s\n", title, instance->code,
                         instance->lab->name);
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    if (must_be_run(key_at(instance, i)))
      g_string_append_printf(out, "\n// %s must be run to be graded: use teardown lab grade\n",
                             question_at(instance, i)->id);
    else
      gift_question(instance, i, out);
  }
}
