/* The scenarios that come with teardown as a page with a picture of each: what docs/scenarios.md is made by. */
#ifndef TEARDOWN_COMMAND_GALLERY_H
#define TEARDOWN_COMMAND_GALLERY_H

#include "command/library.h"

/* Appends the page (Markdown): by subject, of each scenario its title, name, lesson, what to look at, references, the
 * command, and its picture, which lies at scenarios/SUBJECT-NAME.svg beside the page. `all` is of LibraryScenario. */
void gallery_append_page(GString *out, const GPtrArray *all);

/* Writes the page as `folder`/scenarios.md and draws the pictures, small sequence diagrams, into `folder`/scenarios.
 * Folders are made, files replaced; the page comes last. Returns the exit status, after a complaint on stderr. */
int gallery_write(const char *folder, const GPtrArray *all);

#endif
