/* The worksheet as a page to print: one HTML file that needs nothing else, A4 or letter, black and white. */
#include "lab/worksheet_page.h"
#include "lab/grade.h"
#include "lab/worksheet_given.h"
#include "lab/worksheet_html.h"

static const char STYLE[] =
    "@page{size:A4;margin:18mm 16mm}\n"
    "body{font:11pt/1.4 \"DejaVu Sans\",Verdana,sans-serif;color:#000;background:#fff;max-width:48em;margin:1em auto;"
    "padding:0 1em}\n"
    "h1{font-size:17pt;margin:0 0 .2em}h2{font-size:13pt;margin:1.4em 0 .3em;border-bottom:1px solid #888}\n"
    "h3{font-size:11pt;margin:1em 0 .2em}h2,h3{break-after:avoid}\n"
    "pre{font:7.6pt/1.25 \"DejaVu Sans Mono\",Menlo,Consolas,monospace;overflow-x:auto;border:1px solid #aaa;"
    "padding:.6em;break-inside:avoid}\n"
    "table{border-collapse:collapse;margin:.5em 0;font-size:10pt}\n"
    "th,td{border:1px solid #888;padding:.25em .6em;text-align:left;vertical-align:top}th{background:#eee}\n"
    "tr,figure,.question{break-inside:avoid}\n"
    ".blank{display:inline-block;min-width:11em;border-bottom:1px solid #000;height:1.2em}\n"
    "td .blank{min-width:9em}.blank.long{min-width:34em}\n"
    ".head{display:flex;justify-content:space-between;border:1px solid #000;padding:.4em .8em;margin:.6em 0}\n"
    ".points{float:right;font-weight:normal;color:#444}\n"
    ".space{height:9em;border:1px solid #888;margin:.4em 0}\n"
    "details{font-size:9.5pt;margin:.2em 0}@media print{details{display:none}}\n"
    ".note{color:#444;font-size:9.5pt}img{max-width:100%}\n"
    "@media print{body{max-width:none;margin:0;padding:0 1px}a{color:#000;text-decoration:none}}\n";

static void append_list(GString *out, const char *tag, const char *item, const GPtrArray *texts) {
  if (tag)
    g_string_append_printf(out, "<%s>\n", tag);
  for (guint i = 0; i < texts->len; i++) {
    g_string_append_printf(out, "<%s>", item);
    worksheet_html_text(out, g_ptr_array_index(texts, i));
    g_string_append_printf(out, "</%s>\n", item);
  }
  if (tag)
    g_string_append_printf(out, "</%s>\n", tag);
}

static void append_head(const LabInstance *instance, GString *out) {
  const Lab *lab = instance->lab;
  g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
  worksheet_html_text(out, lab->title);
  g_string_append_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", STYLE);
  worksheet_html_text(out, lab->title);
  g_string_append(out, "</h1>\n<div class=\"head\"><span>Student: ");
  worksheet_html_text(out, instance->student ? instance->student : "");
  g_string_append_printf(out, "</span><span>Variant: %s</span><span>%u points, %u minutes</span></div>\n",
                         instance->code, lab_points(lab), lab->minutes);
  if (lab->summary) {
    g_string_append(out, "<p>");
    worksheet_html_text(out, lab->summary);
    g_string_append(out, "</p>\n");
  }
  if (lab->objectives->len > 0) {
    g_string_append(out, "<h2>When you are done you can</h2>\n");
    append_list(out, "ul", "li", lab->objectives);
  }
  if (lab->background->len > 0) {
    g_string_append(out, "<h2>Background</h2>\n");
    append_list(out, NULL, "p", lab->background);
  }
}

static gboolean is_url(const char *url) {
  return url && (g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://"));
}

static void append_references(const LabInstance *instance, GString *out) {
  const GPtrArray *references = instance->lab->references;
  if (references->len == 0)
    return;
  g_string_append(out, "<h2>To read</h2>\n<ul>\n");
  for (guint i = 0; i < references->len; i++) {
    const ScenarioReference *reference = g_ptr_array_index(references, i);
    g_string_append(out, "<li>");
    if (is_url(reference->url)) {
      g_string_append(out, "<a href=\"");
      worksheet_html_text(out, reference->url);
      g_string_append(out, "\">");
    }
    worksheet_html_text(out, reference->title);
    g_string_append(out, is_url(reference->url) ? "</a></li>\n" : "</li>\n");
  }
  g_string_append(out, "</ul>\n");
}

static void append_blank(GString *out, const LabKey *key, unsigned blank) {
  const LabBlank *this = g_ptr_array_index(key->blanks, blank);
  gboolean is_list = this->type == LAB_BLANK_PATH || this->type == LAB_BLANK_ORDER || this->type == LAB_BLANK_SEGMENTS;
  if (this->type == LAB_BLANK_SCENARIO || this->type == LAB_BLANK_PARAMS)
    g_string_append(out, "</p><div class=\"space\"></div><p>");
  else
    g_string_append_printf(out, "<span class=\"blank%s\"></span>", is_list ? " long" : "");
}

/* Closed on the screen, and so on paper. */
static void append_hints(GString *out, const LabQuestion *question, const LabKey *key) {
  for (guint i = 0; i < question->hints->len; i++) {
    const LabHint *hint = g_ptr_array_index(question->hints, i);
    char cost[32];
    g_string_append_printf(out, "<details><summary>Hint %u (costs %s %% of the points)</summary><p>", i + 1,
                           grade_points_text(100 * hint->cost, cost, sizeof cost));
    worksheet_html_text(out, g_ptr_array_index(key->hints, i));
    g_string_append(out, "</p></details>\n");
  }
}

static void append_question(const LabInstance *instance, guint index, GString *out) {
  const LabQuestion *question = g_ptr_array_index(instance->lab->questions, index);
  const LabKey *key = g_ptr_array_index(instance->keys, index);
  g_string_append_printf(out, "<div class=\"question\">\n<h3>");
  worksheet_html_text(out, question->id);
  g_string_append_printf(out, "<span class=\"points\">%u point%s</span></h3>\n", question->points,
                         question->points == 1 ? "" : "s");
  worksheet_html_question(out, key, append_blank);
  append_hints(out, question, key);
  g_string_append(out, "</div>\n");
}

/* The questions of a run under what is given of it. */
static void append_run(const LabInstance *instance, guint index, const GPtrArray *files, GString *out) {
  const LabInstanceRun *run = g_ptr_array_index(instance->runs, index);
  g_autofree char *title = worksheet_run_title(instance, run);
  g_string_append(out, "<h2>");
  worksheet_html_text(out, title[0] != '\0' ? title : "The connection");
  g_string_append(out, "</h2>\n");
  worksheet_html_given(out, run, 3);
  worksheet_html_pictures(out, files, run);
  for (guint i = 0; i < instance->lab->questions->len; i++) {
    const LabQuestion *question = g_ptr_array_index(instance->lab->questions, i);
    if (question->run == index)
      append_question(instance, i, out);
  }
}

void worksheet_add_html(const LabInstance *instance, GPtrArray *files) {
  GString *out = g_string_new(NULL);
  append_head(instance, out);
  g_string_append(out, "<p class=\"note\">Put your answers into the file answers.json. An answer that you leave null "
                       "is left blank. Hints can be had for a share of the points: say in \"hints\" how many you "
                       "opened.</p>\n");
  for (guint i = 0; i < instance->runs->len; i++)
    append_run(instance, i, files, out);
  append_references(instance, out);
  g_string_append(out, "</body>\n</html>\n");
  g_ptr_array_add(files, lab_file_new("worksheet.html", out));
}
