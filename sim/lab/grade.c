#include "lab/grade.h"

#include <string.h>

#include "lab/question_priv.h"
#include "scenario/load.h"

/* --- words -------------------------------------------------------------------------------------------------------- */

const char *grade_verdict_word(GradeVerdict verdict) {
#define VERDICT_WORD(id, word, meaning) word,
  static const char *const words[] = {GRADE_VERDICTS(VERDICT_WORD)};
#undef VERDICT_WORD
  g_assert((unsigned)verdict < GRADE_VERDICT_COUNT);
  return words[verdict];
}

const char *grade_verdict_meaning(GradeVerdict verdict) {
#define VERDICT_MEANING(id, word, meaning) meaning,
  static const char *const meanings[] = {GRADE_VERDICTS(VERDICT_MEANING)};
#undef VERDICT_MEANING
  g_assert((unsigned)verdict < GRADE_VERDICT_COUNT);
  return meanings[verdict];
}

/* Hundredths as an integer, so that no locale and no printf has a say. */
char *grade_points_text(double points, char *buffer, size_t size) {
  gint64 hundredths = (gint64)(points * 100 + (points < 0 ? -0.5 : 0.5));
  gint64 whole = hundredths / 100, rest = ABS(hundredths % 100);
  const char *sign = hundredths < 0 && whole == 0 ? "-" : "";
  if (rest == 0)
    g_snprintf(buffer, size, "%s%" G_GINT64_FORMAT, sign, whole);
  else if (rest % 10 == 0)
    g_snprintf(buffer, size, "%s%" G_GINT64_FORMAT ".%d", sign, whole, (int)(rest / 10));
  else
    g_snprintf(buffer, size, "%s%" G_GINT64_FORMAT ".%02d", sign, whole, (int)rest);
  return buffer;
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static void blank_free(gpointer data) {
  GradeBlank *blank = data;
  g_free(blank->id);
  g_free(blank->label);
  g_free(blank->given);
  g_free(blank->expected);
  g_free(blank->feedback);
  g_free(blank);
}

static void question_free(gpointer data) {
  GradeQuestion *question = data;
  g_free(question->id);
  g_free(question->text);
  g_free(question->feedback);
  g_free(question->rfc);
  g_ptr_array_unref(question->blanks);
  g_free(question);
}

void grade_result_free(GradeResult *result) {
  if (!result)
    return;
  g_free(result->file);
  g_free(result->student);
  g_free(result->lab);
  g_free(result->title);
  g_free(result->code);
  g_free(result->given_code);
  g_free(result->owner);
  g_free(result->remark);
  g_ptr_array_unref(result->questions);
  g_ptr_array_unref(result->problems);
  g_free(result);
}

gboolean grade_is_full(const GradeResult *result) {
  return result->verdict == GRADE_MATCHES && result->problems->len == 0 && result->score > result->points - 0.005;
}

/* --- one question ------------------------------------------------------------------------------------------------- */

static GradeBlank *grade_blank(const LabBlank *blank, double points, LabVerdict *verdict) {
  GradeBlank *graded = g_new0(GradeBlank, 1);
  graded->id = g_strdup(blank->id);
  graded->label = g_strdup(blank->label);
  graded->expected = g_strdup(blank->expected);
  graded->given = g_steal_pointer(&verdict->given);
  graded->feedback = g_steal_pointer(&verdict->feedback);
  graded->fraction = CLAMP(verdict->fraction, 0, 1);
  graded->points = blank->weight * points;
  graded->score = graded->fraction * graded->points;
  return graded;
}

static char *feedback_text(const GString *comment, const char *why) {
  g_autofree char *said = g_strchomp(g_strdup(comment->str));
  if (*said && why)
    return g_strconcat(said, "\n", why, NULL);
  return *said ? g_steal_pointer(&said) : g_strdup(why);
}

static double hints_cost(const LabQuestion *question, unsigned used) {
  double cost = 0;
  for (unsigned i = 0; i < used; i++)
    cost += ((const LabHint *)g_ptr_array_index(question->hints, i))->cost;
  return MIN(cost, 1) * question->points;
}

static GradeQuestion *grade_question(const LabInstance *instance, guint index, const Answers *answers) {
  const LabKey *key = g_ptr_array_index(instance->keys, index);
  const LabQuestion *question = key->question;
  LabKeySource source = lab_instance_source(instance, index);
  g_autofree LabVerdict *verdicts = g_new0(LabVerdict, key->blanks->len);
  g_autoptr(GString) comment = g_string_new(NULL);
  g_autofree char *text = NULL;
  LabAnswer answer = answers_get(answers, question->id, &text);
  lab_question_kind(question->kind)->grade(&source, key, &answer, verdicts, comment);

  GradeQuestion *graded = g_new0(GradeQuestion, 1);
  graded->id = g_strdup(question->id);
  graded->text = g_strdup(key->text);
  graded->kind = question->kind;
  graded->points = question->points;
  graded->rfc = g_strdup(question->rfc);
  graded->blanks = g_ptr_array_new_with_free_func(blank_free);
  for (guint i = 0; i < key->blanks->len; i++) {
    GradeBlank *blank = grade_blank(g_ptr_array_index(key->blanks, i), question->points, &verdicts[i]);
    graded->answered = graded->answered || blank->given;
    graded->fraction += blank->fraction * ((LabBlank *)g_ptr_array_index(key->blanks, i))->weight;
    g_ptr_array_add(graded->blanks, blank);
  }
  graded->fraction = MIN(graded->fraction, 1);
  graded->hints_used = answers_hints(answers, question);
  graded->hints_cost = hints_cost(question, graded->hints_used);
  graded->score = MAX(graded->fraction * question->points - graded->hints_cost, 0);
  graded->feedback = feedback_text(comment, key->why);
  return graded;
}

/* --- whose answers ------------------------------------------------------------------------------------------------ */

static gboolean is_listed(const GradeRoster *roster, const char *student) {
  for (guint i = 0; i < roster->students->len; i++)
    if (strcmp(g_ptr_array_index(roster->students, i), student) == 0)
      return TRUE;
  return FALSE;
}

/* The student whose code it is; NULL if it is nobody's. Borrowed. */
static const char *owner_of(const GradeOptions *options, const char *lab, const char *code) {
  for (guint i = 0; options->roster && i < options->roster->students->len; i++) {
    const char *student = g_ptr_array_index(options->roster->students, i);
    char theirs[VARIANT_CODE_SIZE];
    variant_code(options->secret, lab, student, theirs);
    if (variant_code_equal(theirs, code))
      return student;
  }
  return NULL;
}

static void set_verdict(GradeResult *result, GradeVerdict verdict, const char *owner, char *remark) {
  result->verdict = verdict;
  g_free(result->owner);
  result->owner = g_strdup(owner);
  g_free(result->remark);
  result->remark = remark;
}

/* What the answers would earn in another's variant, of the questions that variants decide; `ret_own` is what they earn
 * in the own, `ret_all` what there is to earn. */
static double points_with(const LabInstance *other, const Answers *answers, const GradeResult *result, double *ret_own,
                          double *ret_all) {
  double theirs = 0;
  *ret_own = *ret_all = 0;
  for (guint i = 0; i < other->keys->len; i++) {
    const GradeQuestion *mine = g_ptr_array_index(result->questions, i);
    if (mine->kind == LAB_DESIGN || mine->kind == LAB_REPAIR || mine->kind == LAB_PREDICT)
      continue; /* the same for all, or dear to judge */
    GradeQuestion *question = grade_question(other, i, answers);
    theirs += question->fraction * question->points;
    *ret_own += mine->fraction * mine->points;
    *ret_all += mine->points;
    question_free(question);
  }
  return theirs;
}

/* --- variants computed so far ------------------------------------------------------------------------------------- */

#define MOST_KEPT 1000

struct GradeCache {
  GHashTable *instances; /* "lab\nstudent" to LabInstance */
};

static void free_instance(gpointer instance) {
  lab_instance_free(instance);
}

GradeCache *grade_cache_new(void) {
  GradeCache *cache = g_new0(GradeCache, 1);
  cache->instances = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_instance);
  return cache;
}

void grade_cache_free(GradeCache *cache) {
  if (!cache)
    return;
  g_hash_table_unref(cache->instances);
  g_free(cache);
}

/* Owned by the cache. NULL with `error`; NULL without if it is not `needed` and the cache is full. */
static const LabInstance *instance_of(GradeCache *cache, const Lab *lab, const char *secret, const char *student,
                                      gboolean needed, GError **error) {
  g_autofree char *key = g_strdup_printf("%s\n%s", lab->name, student);
  LabInstance *instance = g_hash_table_lookup(cache->instances, key);
  if (instance || (!needed && g_hash_table_size(cache->instances) >= MOST_KEPT))
    return instance;
  instance = lab_instance_new(lab, secret, student, error);
  if (instance)
    g_hash_table_insert(cache->instances, g_steal_pointer(&key), instance);
  return instance;
}

/* --- whose variant it fits ---------------------------------------------------------------------------------------- */

/* The code is the student's own; but are the answers nearly all right in somebody else's variant, and not in the own?
 * One mistake made throughout may fit another's values here and there: that must accuse nobody. */
static void look_for_copy(GradeResult *result, const Lab *lab, const Answers *answers, const GradeOptions *options,
                          GradeCache *cache) {
  const char *best = NULL;
  double best_points = 0, own = 0, all = 0;
  for (guint i = 0; options->roster && i < options->roster->students->len; i++) {
    const char *student = g_ptr_array_index(options->roster->students, i);
    if (strcmp(student, result->student) == 0)
      continue;
    const LabInstance *other = instance_of(cache, lab, options->secret, student, FALSE, NULL);
    double mine, theirs = other ? points_with(other, answers, result, &mine, &all) : 0;
    if (other && theirs > best_points) {
      best_points = theirs;
      best = student;
      own = mine;
    }
  }
  if (best && best_points >= own + 2 && best_points >= 0.9 * all)
    set_verdict(
        result, GRADE_ALIKE, best,
        g_strdup_printf("the code is %s's own, but the answers fit the variant of %s better", result->student, best));
}

static void judge_owner(GradeResult *result, const Lab *lab, const Answers *answers, const GradeOptions *options,
                        GradeCache *cache) {
  if (options->roster && !is_listed(options->roster, result->student)) {
    set_verdict(result, GRADE_NOT_LISTED, NULL, g_strdup_printf("%s is not on the roster", result->student));
    return;
  }
  if (!answers->variant) {
    set_verdict(result, GRADE_NO_CODE, NULL, g_strdup("the file gives no variant code"));
    return;
  }
  if (variant_code_equal(answers->variant, result->code)) {
    if (result->score < 0.9 * result->points)
      look_for_copy(result, lab, answers, options, cache);
    return;
  }
  const char *owner = owner_of(options, lab->name, answers->variant);
  if (owner)
    set_verdict(result, GRADE_FOREIGN, owner, g_strdup_printf("the variant %s is that of %s", answers->variant, owner));
  else
    set_verdict(result, GRADE_UNKNOWN_CODE, NULL,
                g_strdup_printf("the variant %s is not %s's own (%s)%s", answers->variant, result->student,
                                result->code, options->roster ? ", nor of anybody on the roster" : ""));
}

/* --- one file ----------------------------------------------------------------------------------------------------- */

static GradeResult *result_new(const Answers *answers) {
  GradeResult *result = g_new0(GradeResult, 1);
  result->file = g_strdup(answers->file);
  result->student = g_strdup(answers->student ? answers->student : "");
  result->lab = g_strdup(answers->lab ? answers->lab : "");
  result->title = g_strdup("");
  result->code = g_strdup("");
  result->given_code = g_strdup(answers->variant);
  result->questions = g_ptr_array_new_with_free_func(question_free);
  result->problems = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < answers->problems->len; i++)
    g_ptr_array_add(result->problems, g_strdup(g_ptr_array_index(answers->problems, i)));
  return result;
}

static GradeResult *unreadable(GradeResult *result, const char *why) {
  set_verdict(result, GRADE_UNREADABLE, NULL, g_strdup(why));
  return result;
}

/* Answers to questions that the lab has not. */
static void note_unknown(GradeResult *result, const Lab *lab, const Answers *answers) {
  const cJSON *item;
  unsigned unknown = 0;
  cJSON_ArrayForEach(item, answers->answers) {
    if (!lab_find_question(lab, item->string) && strcmp(item->string, "$comment") != 0 && ++unknown <= 5)
      g_ptr_array_add(result->problems, g_strdup_printf("%s:%d: the lab has no question \"%.40s\"", answers->file,
                                                        json_doc_line(answers->doc, item), item->string));
  }
}

static GradeResult *grade_with(const Answers *answers, const GradeOptions *options, GradeCache *cache) {
  GradeResult *result = result_new(answers);
  g_autofree char *why = NULL;
  g_autoptr(GError) error = NULL;
  if (!answers->doc || !answers->answers)
    return unreadable(result,
                      answers->problems->len ? g_ptr_array_index(answers->problems, 0) : "the file has no \"answers\"");
  if (!answers->lab || !answers->student)
    return unreadable(result, "the file does not say of which lab and which student it is");
  const Lab *lab = options->labs->find(options->labs, answers->lab, &why);
  if (!lab)
    return unreadable(result, why);
  g_free(result->lab);
  result->lab = g_strdup(lab->name);
  g_free(result->title);
  result->title = g_strdup(lab->title);
  const LabInstance *instance = instance_of(cache, lab, options->secret, answers->student, TRUE, &error);
  if (!instance)
    return unreadable(result, error->message);
  g_free(result->code);
  result->code = g_strdup(instance->code);
  for (guint i = 0; i < instance->keys->len; i++) {
    GradeQuestion *question = grade_question(instance, i, answers);
    g_ptr_array_add(result->questions, question);
    result->score += question->score;
    result->points += question->points;
  }
  note_unknown(result, lab, answers);
  judge_owner(result, lab, answers, options, cache);
  return result;
}

GradeResult *grade_answers(const Answers *answers, const GradeOptions *options) {
  if (options->cache)
    return grade_with(answers, options, options->cache);
  GradeCache *cache = grade_cache_new();
  GradeResult *result = grade_with(answers, options, cache);
  grade_cache_free(cache);
  return result;
}

void grade_mark_duplicates(GPtrArray *results) {
  g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < results->len; i++) {
    GradeResult *result = g_ptr_array_index(results, i);
    if (!*result->student)
      continue;
    g_autofree char *key = g_strdup_printf("%s\n%s", result->lab, result->student);
    const GradeResult *other = g_hash_table_lookup(first, key);
    if (!other)
      g_hash_table_insert(first, g_steal_pointer(&key), result);
    else if (result->verdict == GRADE_MATCHES)
      set_verdict(result, GRADE_DUPLICATE, NULL, g_strdup_printf("%s is of the same student", other->file));
  }
}

/* --- rosters ------------------------------------------------------------------------------------------------------ */

#define MOST_ROSTER (4 * 1024 * 1024)

void grade_roster_free(GradeRoster *roster) {
  if (!roster)
    return;
  g_ptr_array_unref(roster->students);
  g_free(roster);
}

static gboolean roster_add(GradeRoster *roster, GHashTable *seen, const char *path, guint line, const char *text,
                           GError **error) {
  while (*text == ' ' || *text == '\t')
    text++;
  size_t length = strcspn(text, ",;\t \r");
  g_autofree char *student = g_strndup(text, length);
  if (!*student || *student == '#')
    return TRUE;
  if (!variant_is_student(student)) {
    g_set_error(error, LAB_ERROR, LAB_ERROR_STUDENT,
                "%s:%u: no student: 1 to 64 of the letters A-Z, a-z, digits and . _ @ + - are expected", path, line);
    return FALSE;
  }
  if (!g_hash_table_contains(seen, student)) {
    g_ptr_array_add(roster->students, g_steal_pointer(&student));
    g_hash_table_add(seen, g_ptr_array_index(roster->students, roster->students->len - 1));
  }
  return TRUE;
}

GradeRoster *grade_roster_load(const char *path, GError **error) {
  g_autoptr(GString) text = g_string_new(NULL);
  int failed = load_read_file(path, MOST_ROSTER, text);
  if (failed || text->len > MOST_ROSTER) {
    g_set_error(error, LAB_ERROR, LAB_ERROR_STUDENT, "%s: cannot read this file: %s", path,
                failed ? g_strerror(failed) : "it is too large");
    return NULL;
  }
  GradeRoster *roster = g_new0(GradeRoster, 1);
  roster->students = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_auto(GStrv) lines = g_strsplit(g_str_has_prefix(text->str, "\xEF\xBB\xBF") ? text->str + 3 : text->str, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    if (!roster_add(roster, seen, path, i + 1, lines[i], error)) {
      grade_roster_free(roster);
      return NULL;
    }
  return roster;
}
