/* "choose": one of several choices, or all that apply. Which is right may be decided by the trace. */
#include <string.h>

#include "lab/question_priv.h"

#define MOST_CHOICES 12

typedef struct Choice {
  char *text, *feedback; /* feedback: for who takes it wrongly, or rightly; may be NULL */
  gboolean right;
  QueryClaim *claim; /* decides instead of `right`; may be NULL */
} Choice;

typedef struct ChooseSpec {
  GPtrArray *choices;
  gboolean several, keep_order;
} ChooseSpec;

static void choice_free(gpointer data) {
  Choice *choice = data;
  g_free(choice->text);
  g_free(choice->feedback);
  query_claim_free(choice->claim);
  g_free(choice);
}

static void choose_free(void *data) {
  g_ptr_array_unref(((ChooseSpec *)data)->choices);
  g_free(data);
}

static void load_choice(Loader *l, const JsonAt *at, ChooseSpec *spec) {
  static const char *const keys[] = {"text", "right", "feedback", NULL};
  JsonAt member;
  if (!load_object(l, at, keys))
    return;
  Choice *choice = g_new0(Choice, 1);
  g_ptr_array_add(spec->choices, choice);
  if (load_required(l, at, "text", "the choice", &member))
    load_long_text(l, &member, 1000, &choice->text);
  if (load_member(l, at, "feedback", &member))
    load_long_text(l, &member, 2000, &choice->feedback);
  if (!load_required(l, at, "right", "true, false, or a claim about the trace", &member))
    return;
  if (cJSON_IsObject(member.item))
    choice->claim = query_claim_load(l, &member);
  else if (cJSON_IsBool(member.item))
    choice->right = cJSON_IsTrue(member.item);
  else
    load_type_error(l, &member, "true, false, or a claim about the trace");
}

static void *choose_load(Loader *l, const JsonAt *at) {
  ChooseSpec *spec = g_new0(ChooseSpec, 1);
  JsonAt member;
  gboolean shuffle = TRUE;
  spec->choices = g_ptr_array_new_with_free_func(choice_free);
  if (load_member(l, at, "several", &member))
    load_bool(l, &member, &spec->several);
  if (load_member(l, at, "shuffle", &member))
    load_bool(l, &member, &shuffle);
  spec->keep_order = !shuffle;
  if (load_required(l, at, "choices", "what to choose from", &member) && load_list(l, &member, MOST_CHOICES)) {
    LOAD_EACH(l, &member, item)
    load_choice(l, &item, spec);
    if (cJSON_GetArraySize(member.item) < 2)
      load_error(l, &member, "at least two choices");
  }
  return spec;
}

static gboolean is_right(const LabKeySource *source, const Choice *choice, gboolean *ret_right, GError **error) {
  if (choice->claim)
    return query_claim_holds(source->query, choice->claim, ret_right, NULL, error);
  *ret_right = choice->right;
  return TRUE;
}

static uint32_t *order_of(const LabKeySource *source, const LabKey *key, const ChooseSpec *spec) {
  const LabInstance *instance = source->instance;
  g_autofree char *purpose = g_strdup_printf("choices %s", key->question->id);
  VariantStream stream;
  variant_stream_init(&stream, instance->secret, instance->lab->name, instance->student ? instance->student : "",
                      purpose);
  uint32_t *order = variant_shuffle(&stream, spec->choices->len);
  for (uint32_t i = 0; spec->keep_order && i < spec->choices->len; i++)
    order[i] = i;
  return order;
}

static gboolean choose_key(const LabKeySource *source, LabKey *key, GError **error) {
  const ChooseSpec *spec = key->question->spec;
  g_autofree uint32_t *order = order_of(source, key, spec);
  g_autoptr(GString) expected = g_string_new(NULL);
  unsigned n_right = 0;
  LabTable *table = lab_key_add_table(key, "letter", "choice", NULL);
  key->choice_right = g_array_new(FALSE, FALSE, sizeof(gboolean));
  key->choice_feedback = g_ptr_array_new_with_free_func(g_free);
  key->several = spec->several;
  for (guint i = 0; i < spec->choices->len; i++) {
    const Choice *choice = g_ptr_array_index(spec->choices, order[i]);
    g_autofree char *letter = lab_letter(i);
    gboolean right;
    if (!is_right(source, choice, &right, error))
      return FALSE;
    GArray *row = lab_table_add_row(table);
    lab_row_add_text(row, letter);
    lab_row_add_text(row, choice->text);
    g_array_append_val(key->choice_right, right);
    g_ptr_array_add(key->choice_feedback, g_strdup(choice->feedback));
    if (right)
      g_string_append_printf(expected, "%s%s", n_right++ ? " " : "", letter);
  }
  if (spec->several ? n_right == 0 : n_right != 1)
    return question_fails(error, "%u of the choices are right: %s", n_right,
                          spec->several ? "at least one must be" : "exactly one must be, or set \"several\"");
  lab_key_add_blank(key, spec->several ? LAB_BLANK_LETTERS : LAB_BLANK_LETTER, "", expected->str);
  return TRUE;
}

/* The choices taken, as bits; `ret_bad` is set if anything else stands there. */
static uint32_t read_choices(const cJSON *value, guint n_choices, gboolean *ret_bad) {
  g_autoptr(GString) text = g_string_new(cJSON_IsString(value) ? value->valuestring : "");
  const cJSON *item;
  uint32_t taken = 0;
  *ret_bad = !cJSON_IsString(value) && !cJSON_IsArray(value);
  cJSON_ArrayForEach(item, value) {
    const char *letter = question_text_answer(item);
    *ret_bad = *ret_bad || !letter;
    g_string_append_printf(text, "%s ", letter ? letter : "");
  }
  for (const char *p = text->str; *p; p++) {
    int index = g_ascii_isalpha(*p) ? g_ascii_toupper(*p) - 'A' : -1;
    if (strchr(" ,;)(", *p))
      continue;
    if (index < 0 || index >= (int)n_choices || g_ascii_isalnum(p[1]))
      *ret_bad = TRUE; /* "None" is no choice N */
    else
      taken |= 1u << index;
  }
  return taken;
}

static void append_feedback(GString *out, const LabKey *key, uint32_t taken) {
  for (guint i = 0; i < key->choice_feedback->len; i++) {
    const char *feedback = g_ptr_array_index(key->choice_feedback, i);
    if (!feedback || !(taken >> i & 1))
      continue;
    g_autofree char *letter = lab_letter(i);
    g_string_append_printf(out, "%s%s: %s", out->len ? "\n" : "", letter, feedback);
  }
}

/* Several: right ones less wrong ones, of those that are right. */
static void choose_grade(const LabKeySource *source, const LabKey *key, const LabAnswer *answer, LabVerdict *verdicts,
                         GString *comment) {
  (void)source, (void)comment;
  g_autofree char *given = question_given(answer->value);
  if (!given || (cJSON_IsArray(answer->value) && !answer->value->child))
    return;
  gboolean bad;
  unsigned right = 0, wrong = 0, all = 0;
  uint32_t taken = read_choices(answer->value, key->choice_right->len, &bad);
  for (guint i = 0; i < key->choice_right->len; i++) {
    gboolean is = g_array_index(key->choice_right, gboolean, i);
    all += is ? 1 : 0;
    right += is && taken >> i & 1 ? 1 : 0;
    wrong += !is && taken >> i & 1 ? 1 : 0;
  }
  g_autoptr(GString) feedback = g_string_new(NULL);
  append_feedback(feedback, key, taken);
  if (bad)
    g_string_append_printf(feedback, "%sthis is no letter of the table", feedback->len ? "\n" : "");
  if (!key->several && right + wrong > 1) {
    g_string_assign(feedback, "one letter is asked for");
    right = 0;
  } else if (key->several && right < all && !wrong && !bad) {
    g_string_append_printf(feedback, "%s%u of %u", feedback->len ? "\n" : "", right, all);
  }
  double fraction = bad ? 0 : right > wrong ? (double)(right - wrong) / all : 0;
  lab_verdict_set(&verdicts[0], given, fraction, feedback->len ? feedback->str : NULL);
}

static const char *const choose_keys[] = {"choices", "several", "shuffle", NULL};
const LabKindInfo LAB_KIND_INFO_CHOOSE = {LAB_CHOOSE,  "choose",   choose_keys, choose_load,
                                          choose_free, choose_key, choose_grade};
