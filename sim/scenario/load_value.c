#include "scenario/load.h"

#include <stdarg.h>
#include <string.h>

#include "scenario/words.h"

static void complain(Loader *l, const JsonAt *at, gboolean key, const char *format, va_list arguments)
    G_GNUC_PRINTF(4, 0);
static void complain(Loader *l, const JsonAt *at, gboolean key, const char *format, va_list arguments) {
  g_autofree char *message = g_strdup_vprintf(format, arguments);
  json_doc_complain(l->doc, l->errors, at, key, message);
}

void load_error(Loader *l, const JsonAt *at, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  complain(l, at, FALSE, format, arguments);
  va_end(arguments);
}

void load_key_error(Loader *l, const JsonAt *at, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  complain(l, at, TRUE, format, arguments);
  va_end(arguments);
}

/* "the number 5", "an object": to be freed. */
static char *describe(const Loader *l, const cJSON *item) {
  if (cJSON_IsNumber(item)) {
    g_autofree char *token = json_doc_token(l->doc, item);
    return g_strdup_printf("the number %s", token);
  }
  if (cJSON_IsString(item)) {
    g_autofree char *quoted = words_quote(item->valuestring);
    return g_strdup_printf("the text %s", quoted);
  }
  return g_strdup(cJSON_IsObject(item)  ? "an object"
                  : cJSON_IsArray(item) ? "a list"
                  : cJSON_IsTrue(item)  ? "true"
                  : cJSON_IsFalse(item) ? "false"
                                        : "null (leave the key out instead)");
}

void load_type_error(Loader *l, const JsonAt *at, const char *expected) {
  g_autofree char *found = describe(l, at->item);
  load_error(l, at, "expected %s, not %s", expected, found);
}

void load_word_error(Loader *l, const JsonAt *at, const char *expected, const char *text, const char *const *words) {
  g_autofree char *quoted = words_quote(text);
  const char *nearest = words_nearest(text, words);
  g_autofree char *all = words_join(words, 24);
  if (nearest)
    load_error(l, at, "%s is no %s; did you mean \"%s\"?", quoted, expected, nearest);
  else
    load_error(l, at, "%s is no %s; expected one of: %s", quoted, expected, all[0] ? all : "(there is none)");
}

gboolean load_object(Loader *l, const JsonAt *at, const char *const *keys) {
  if (!cJSON_IsObject(at->item)) {
    load_type_error(l, at, "an object {...}");
    return FALSE;
  }
  LOAD_EACH(l, at, member) {
    if (l->errors->len >= JSON_MOST_COMPLAINTS)
      return TRUE;
    if (g_strv_contains(keys, member.item->string))
      continue;
    g_autofree char *quoted = words_quote(member.item->string);
    const char *nearest = words_nearest(member.item->string, keys);
    g_autofree char *all = words_join(keys, 40);
    if (nearest)
      load_key_error(l, &member, "unknown key %s; did you mean \"%s\"?", quoted, nearest);
    else
      load_key_error(l, &member, "unknown key %s; expected one of: %s", quoted, all);
  }
  return TRUE;
}

gboolean load_list(Loader *l, const JsonAt *at, unsigned most) {
  if (!cJSON_IsArray(at->item)) {
    load_type_error(l, at, "a list [...]");
    return FALSE;
  }
  unsigned size = (unsigned)cJSON_GetArraySize(at->item);
  if (size > most)
    load_error(l, at, "%u items: at most %u are allowed", size, most);
  return size <= most;
}

gboolean load_has(const JsonAt *object, const char *key) {
  return cJSON_GetObjectItemCaseSensitive(object->item, key) != NULL;
}

gboolean load_member(const Loader *l, const JsonAt *object, const char *key, JsonAt *ret_at) {
  cJSON *item = cJSON_GetObjectItemCaseSensitive(object->item, key);
  if (!item || json_doc_refused(l->doc, item))
    return FALSE;
  *ret_at = (JsonAt){object, item, -1};
  return TRUE;
}

gboolean load_required(Loader *l, const JsonAt *object, const char *key, const char *expected, JsonAt *ret_at) {
  if (!load_has(object, key)) {
    const cJSON *child; /* a key that was complained about may be the one that is missed */
    cJSON_ArrayForEach(child, object->item) {
      if (json_doc_key_refused(l->doc, child))
        return FALSE;
    }
    load_error(l, object, "missing key \"%s\": expected %s", key, expected);
    return FALSE;
  }
  return load_member(l, object, key, ret_at);
}

gboolean load_next(const Loader *l, const JsonAt *container, JsonAt *child) {
  gboolean object = cJSON_IsObject(container->item);
  do {
    cJSON *next = child->item ? child->item->next : container->item->child;
    *child = (JsonAt){container, next, object ? -1 : child->item ? child->index + 1 : 0};
  } while (child->item &&
           (json_doc_refused(l->doc, child->item) || (object && !strcmp(child->item->string, "$comment"))));
  return child->item != NULL;
}

gboolean load_text(Loader *l, const JsonAt *at, const char *expected, const char **ret_text) {
  if (!cJSON_IsString(at->item)) {
    load_type_error(l, at, expected);
    return FALSE;
  }
  *ret_text = at->item->valuestring;
  return TRUE;
}

gboolean load_long_text(Loader *l, const JsonAt *at, glong most_characters, char **ret_copy) {
  const char *text;
  if (!load_text(l, at, "a text", &text))
    return FALSE;
  glong length = g_utf8_strlen(text, -1);
  if (!length)
    load_error(l, at, "this text is empty");
  else if (length > most_characters)
    load_error(l, at, "%ld characters: at most %ld are allowed", length, most_characters);
  else
    *ret_copy = g_strdup(text);
  return length > 0 && length <= most_characters;
}

gboolean load_is_name(const char *name, size_t length) {
  if (length < 1 || length > 32 || !g_ascii_isalpha(name[0]))
    return FALSE;
  for (size_t i = 1; i < length; i++)
    if (!g_ascii_isalnum(name[i]) && name[i] != '_' && name[i] != '-')
      return FALSE;
  return TRUE;
}

gboolean load_name(Loader *l, const JsonAt *at, const char **ret_name) {
  const char *name;
  if (!load_text(l, at, "a name", &name))
    return FALSE;
  if (!load_is_name(name, strlen(name))) {
    g_autofree char *quoted = words_quote(name);
    load_error(l, at, "%s is no name: a letter, then letters, digits, _ and -, 32 characters at most", quoted);
    return FALSE;
  }
  *ret_name = name;
  return TRUE;
}

gboolean load_bool(Loader *l, const JsonAt *at, gboolean *ret_value) {
  if (!cJSON_IsBool(at->item)) {
    load_type_error(l, at, "true or false");
    return FALSE;
  }
  *ret_value = cJSON_IsTrue(at->item);
  return TRUE;
}

gboolean load_word(Loader *l, const JsonAt *at, const char *const *words, unsigned *ret_index) {
  const char *text;
  g_autofree char *all = words_join(words, 24);
  g_autofree char *expected = g_strdup_printf("one of the words %s", all);
  if (!load_text(l, at, expected, &text))
    return FALSE;
  for (unsigned i = 0; words[i]; i++)
    if (!strcmp(text, words[i])) {
      *ret_index = i;
      return TRUE;
    }
  g_autofree char *quoted = words_quote(text);
  const char *nearest = words_nearest(text, words);
  if (nearest)
    load_error(l, at, "expected %s, not %s; did you mean \"%s\"?", expected, quoted, nearest);
  else
    load_error(l, at, "expected %s, not %s", expected, quoted);
  return FALSE;
}
