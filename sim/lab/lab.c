#include "lab/lab.h"

#include <string.h>

#define LAB_WORD(id, word, meaning) word,
const char *const lab_give_words[] = {LAB_GIVES(LAB_WORD) NULL};
const char *const lab_hide_words[] = {LAB_HIDES(LAB_WORD) NULL};
#undef LAB_WORD

void lab_free(Lab *lab) {
  if (!lab)
    return;
  g_free(lab->name);
  g_free(lab->file);
  g_free(lab->title);
  g_free(lab->summary);
  g_ptr_array_unref(lab->objectives);
  g_ptr_array_unref(lab->background);
  g_ptr_array_unref(lab->references);
  g_ptr_array_unref(lab->questions);
  g_ptr_array_unref(lab->variants);
  g_ptr_array_unref(lab->runs);
  g_free(lab->notes.time);
  g_ptr_array_unref(lab->notes.pitfalls);
  g_ptr_array_unref(lab->notes.discussion);
  g_ptr_array_unref(lab->notes.mistaken);
  g_free(lab);
}

unsigned lab_points(const Lab *lab) {
  unsigned points = 0;
  for (guint i = 0; i < lab->questions->len; i++)
    points += ((const LabQuestion *)g_ptr_array_index(lab->questions, i))->points;
  return points;
}

const LabRun *lab_run_of(const Lab *lab, const LabQuestion *question) {
  return g_ptr_array_index(lab->runs, question->run);
}

char *lab_run_path(const Lab *lab, const LabRun *run) {
  g_autofree char *folder = g_path_get_dirname(lab->file), *whole = g_canonicalize_filename(folder, NULL);
  return g_canonicalize_filename(run->file, whole);
}

const LabQuestion *lab_find_question(const Lab *lab, const char *id) {
  for (guint i = 0; i < lab->questions->len; i++) {
    const LabQuestion *question = g_ptr_array_index(lab->questions, i);
    if (strcmp(question->id, id) == 0)
      return question;
  }
  return NULL;
}
