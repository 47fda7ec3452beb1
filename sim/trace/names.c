#include "trace/names.h"

#include <glib.h>
#include <string.h>

/* A crit-bit tree: each fork says which bit of the text decides between its two branches. A look-up tests at most as
 * many bits as the text has, so no choice of names (those of a stored trace are anybody's) can make it slow, as it
 * could a hash table. Fork n is made together with name n, so the two share a slot; name 1 needs none. */
typedef struct Entry {
  const char *text;
  uint32_t length;
  uint32_t byte;      /* of the fork: which octet of a text */
  uint32_t branch[2]; /* of the fork: where to go if the bit is 0, 1 */
  uint8_t mask;       /* of the fork: the bit */
} Entry;

/* A text that was interned lately, by where it lies: constants come again and again, with every run of a sweep, and
 * comparing is faster than searching. */
#define RECENT_BITS 9
typedef struct Recent {
  const char *at;
  Name name; /* whose text is the one that lay there then */
} Recent;

struct Names {
  Recent recent[1 << RECENT_BITS];
  GStringChunk *texts;
  Entry *entries; /* [0] unused */
  uint32_t count, capacity;
  uint32_t root;
};

/* A branch leads to a name (odd) or to a fork (even). */
static inline uint32_t branch_to_name(Name name) {
  return name << 1 | 1;
}
static inline uint32_t branch_to_fork(uint32_t slot) {
  return slot << 1;
}

/* Beyond its end a text goes on with zero octets. */
static inline unsigned side(const Entry *fork, const char *text, size_t length) {
  return fork->byte < length && ((uint8_t)text[fork->byte] & fork->mask);
}

Names *names_new(void) {
  Names *names = g_new0(Names, 1);
  names->texts = g_string_chunk_new(4096);
  names->count = 0;
  names->capacity = 64;
  names->entries = g_new0(Entry, names->capacity);
  return names;
}

void names_free(Names *names) {
  if (!names)
    return;
  g_string_chunk_free(names->texts);
  g_free(names->entries);
  g_free(names);
}

/* The one name that `text` could be. There must be some name. */
static Name candidate(const Names *names, const char *text, size_t length) {
  uint32_t branch = names->root;
  while (!(branch & 1)) {
    const Entry *fork = &names->entries[branch >> 1];
    branch = fork->branch[side(fork, text, length)];
  }
  return branch >> 1;
}

static int is_text_of(const Names *names, Name name, const char *text, size_t length) {
  const Entry *entry = &names->entries[name];
  return entry->length == length && memcmp(entry->text, text, length) == 0;
}

static Name add(Names *names, const char *text, size_t length) {
  g_assert(length < UINT32_MAX && names->count < UINT32_MAX / 2 - 1);
  if (names->count + 1 == names->capacity) {
    names->capacity *= 2;
    names->entries = g_renew(Entry, names->entries, names->capacity);
  }
  Name name = ++names->count;
  names->entries[name] =
      (Entry){.text = g_string_chunk_insert_len(names->texts, text, (gssize)length), .length = (uint32_t)length};
  return name;
}

/* Puts a fork in front of the first branch on the way of `entry`'s text that decides by a later bit. */
static void hang_in(Names *names, Name name, uint32_t byte, uint8_t mask) {
  Entry *entry = &names->entries[name];
  uint32_t *branch = &names->root;
  while (!(*branch & 1)) {
    Entry *fork = &names->entries[*branch >> 1];
    if (fork->byte > byte || (fork->byte == byte && fork->mask < mask))
      break;
    branch = &fork->branch[side(fork, entry->text, entry->length)];
  }
  entry->byte = byte;
  entry->mask = mask;
  unsigned own = side(entry, entry->text, entry->length);
  entry->branch[own] = branch_to_name(name);
  entry->branch[!own] = *branch;
  *branch = branch_to_fork(name);
}

static Name search_or_add(Names *names, const char *text) {
  size_t length = strlen(text);
  if (names->count == 0) {
    Name name = add(names, text, length);
    names->root = branch_to_name(name);
    return name;
  }
  Name nearest = candidate(names, text, length);
  if (is_text_of(names, nearest, text, length))
    return nearest;

  const char *other = names->entries[nearest].text;
  uint32_t byte = 0;
  while (text[byte] == other[byte])
    byte++;
  unsigned differing = (uint8_t)(text[byte] ^ other[byte]);
  uint8_t mask = 0x80;
  while (!(differing & mask))
    mask >>= 1;
  Name name = add(names, text, length);
  hang_in(names, name, byte, mask);
  return name;
}

Name names_intern(Names *names, const char *text) {
  uint64_t mixed = (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);
  Recent *recent = &names->recent[mixed >> (64 - RECENT_BITS)];
  if (recent->at == text && strcmp(names->entries[recent->name].text, text) == 0)
    return recent->name;
  *recent = (Recent){text, search_or_add(names, text)};
  return recent->name;
}

Name names_find(const Names *names, const char *text) {
  size_t length = strlen(text);
  if (names->count == 0)
    return 0;
  Name name = candidate(names, text, length);
  return is_text_of(names, name, text, length) ? name : 0;
}

const char *names_text(const Names *names, Name name) {
  g_assert(name <= names->count);
  return names->entries[name].text;
}

Name names_count(const Names *names) {
  return names->count;
}
