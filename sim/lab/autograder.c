#include "lab/autograder.h"

#include "lab/zip.h"

#include <string.h>

/* Where labs stand in the archive; their scenarios are found from there, as in the source tree. */
#define LABS "scenarios/labs"

/* setup.sh runs once, as root, when the grader's image is built. */
static const char SETUP_HEAD[] = "#!/usr/bin/env bash\n"
                                 "# Installs teardown into Gradescope's image.\n"
                                 "set -e\n"
                                 "export DEBIAN_FRONTEND=noninteractive\n"
                                 "cd /autograder/source\n"
                                 "apt-get update\n";
static const char SETUP_PROGRAM[] =
    "apt-get install -y --no-install-recommends libcjson1\n"
    "apt-get install -y --no-install-recommends libglib2.0-0t64 || \\\n"
    "  apt-get install -y --no-install-recommends libglib2.0-0\n"
    "install -m 755 teardown /usr/local/bin/teardown\n"
    "teardown --version || {\n"
    "  echo 'This program was built for another system: make the archive with --source TARBALL.' >&2\n"
    "  exit 1\n"
    "}\n";
static const char SETUP_SOURCE[] =
    "apt-get install -y --no-install-recommends build-essential pkg-config xz-utils libglib2.0-dev libcjson-dev\n"
    "mkdir -p /tmp/teardown\n"
    "tar -xf teardown-source.tar -C /tmp/teardown --strip-components=1\n"
    "(cd /tmp/teardown && ./configure --prefix=/usr/local && make -j2 && make install)\n"
    "rm -rf /tmp/teardown\n"
    "teardown --version\n";

/* run_autograder runs for each submission. What a student hands in is data to it: names go to the program as they are,
 * no shell reads them. */
static const char RUN_HEAD[] = "#!/usr/bin/env bash\n"
                               "# Grades what the student handed in. Whatever that is, a results.json is left.\n"
                               "root=${AUTOGRADER_ROOT:-/autograder}\n"
                               "results=$root/results/results.json\n"
                               "cd \"$root/source\" || exit 1\n"
                               "mkdir -p \"$root/results\"\n"
                               "rm -f \"$results\"\n"
                               "\n"
                               "refuse() {\n"
                               "  printf '{\"score\": 0, \"output\": \"%s\", \"output_format\": \"text\"}\\n' \"$1\" "
                               ">\"$results\"\n"
                               "  exit 0\n"
                               "}\n"
                               "\n"
                               "answers=()\n"
                               "while IFS= read -r -d '' file; do answers+=(\"$file\"); done < <(\n"
                               "  find \"$root/submission\" -type f -name '*answers*.json' ! -name '*.schema.json' "
                               "-print0)\n"
                               "[ ${#answers[@]} -ge 1 ] || refuse 'There is no answers.json among your files.'\n"
                               "[ ${#answers[@]} -eq 1 ] || refuse 'Hand in one answers.json, not several.'\n"
                               "\n"
                               "labs=()\n"
                               "for lab in " LABS "/*.lab.json; do labs+=(--lab \"$lab\"); done\n";
static const char RUN_TAIL[] = "timeout 600 teardown lab grade --format gradescope --secret secret \"${labs[@]}\" \\\n"
                               "  -o \"$results\" \"${answers[0]}\" >&2\n"
                               "[ -s \"$results\" ] || refuse 'Your answers could not be graded. Tell your "
                               "instructor.'\n"
                               "exit 0\n";

static gboolean add_file(Zip *zip, const char *name, gboolean executable, const char *path, GError **error) {
  g_autofree char *data = NULL;
  gsize length;
  if (!g_file_get_contents(path, &data, &length, error))
    return FALSE;
  zip_add(zip, name, executable, data, length);
  return TRUE;
}

static void add_text(Zip *zip, const char *name, gboolean executable, const char *text) {
  zip_add(zip, name, executable, text, strlen(text));
}

/* The place in the archive of what a lab calls `file`: "../normal/x.json" is "scenarios/normal/x.json". NULL if it is
 * not below the archive. */
static char *place_of(const char *file) {
  g_autofree char *absolute = g_canonicalize_filename(file, "/archive/" LABS);
  return g_str_has_prefix(absolute, "/archive/") ? g_strdup(absolute + strlen("/archive/")) : NULL;
}

/* A lab with its scenarios; `added` has the places that are taken. */
static gboolean add_lab(Zip *zip, const Lab *lab, GHashTable *added, GError **error) {
  g_autofree char *name = g_strdup_printf(LABS "/%s" LAB_SUFFIX, lab->name);
  g_autofree char *folder = g_path_get_dirname(lab->file);
  if (!g_hash_table_add(added, g_strdup(name)))
    return TRUE;
  if (!add_file(zip, name, FALSE, lab->file, error))
    return FALSE;
  for (guint i = 0; i < lab->runs->len; i++) {
    const LabRun *run = g_ptr_array_index(lab->runs, i);
    g_autofree char *place = place_of(run->file), *path = g_build_filename(folder, run->file, NULL);
    if (place == NULL) {
      g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: the scenario %s lies too far from its lab", lab->file,
                  run->file);
      return FALSE;
    }
    if (g_hash_table_add(added, g_strdup(place)) && !add_file(zip, place, FALSE, path, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean add_parts(Zip *zip, const AutograderParts *parts, GError **error) {
  g_autoptr(GHashTable) added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *setup = g_strconcat(SETUP_HEAD, parts->source ? SETUP_SOURCE : SETUP_PROGRAM, NULL);
  g_autofree char *run = g_strconcat(RUN_HEAD, parts->roster ? "labs+=(--roster roster)\n" : "", RUN_TAIL, NULL);
  add_text(zip, "setup.sh", TRUE, setup);
  add_text(zip, "run_autograder", TRUE, run);
  add_text(zip, "secret", FALSE, parts->secret);
  for (guint i = 0; i < parts->labs->len; i++)
    if (!add_lab(zip, g_ptr_array_index(parts->labs, i), added, error))
      return FALSE;
  if (parts->roster && !add_file(zip, "roster", FALSE, parts->roster, error))
    return FALSE;
  if (parts->source)
    return add_file(zip, "teardown-source.tar", FALSE, parts->source, error);
  return add_file(zip, "teardown", TRUE, parts->program, error);
}

gboolean autograder_write(const AutograderParts *parts, GString *out, GError **error) {
  Zip zip;
  zip_init(&zip, out);
  gboolean ok = add_parts(&zip, parts, error);
  zip_finish(&zip);
  return ok;
}
