#include "trace/nearest.h"

#include <glib.h>
#include <string.h>

/* Longer words are not compared: none of ours is longer. */
#define LONGEST 64

static char fold(char c) {
  return c == '_' || c == ' ' ? '-' : g_ascii_tolower(c);
}

static gboolean same(char a, char b) {
  return fold(a) == fold(b);
}

/* How many letters must be put in, taken out, replaced or exchanged with their neighbour to make one word of the
 * other. cost[i][j] is that of the first i letters of `a` and the first j of `b`. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t cost[LONGEST + 1][LONGEST + 1];
  for (size_t j = 0; j <= b_length; j++)
    cost[0][j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    cost[i][0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      size_t least = MIN(cost[i - 1][j], cost[i][j - 1]) + 1;
      least = MIN(least, cost[i - 1][j - 1] + !same(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
        least = MIN(least, cost[i - 2][j - 2] + 1);
      cost[i][j] = least;
    }
  }
  return cost[a_length][b_length];
}

void nearest_offer(Nearest *nearest, const char *word) {
  size_t length = strlen(word), wanted_length = strlen(nearest->wanted);
  if (length > LONGEST || wanted_length > LONGEST)
    return;
  size_t distance = edit_distance(nearest->wanted, wanted_length, word, length);
  size_t most = MIN(wanted_length / 3 + 1, 3);
  if (distance <= most && distance < MIN(length, wanted_length) && (!nearest->word || distance < nearest->distance)) {
    nearest->word = word;
    nearest->distance = distance;
  }
}
