/* docs/scenario.schema.json, a string a line, NULL at the end: the build makes it from the file, so that the program
 * can print it wherever it is installed. */
#ifndef TEARDOWN_SCENARIO_SCHEMA_TEXT_H
#define TEARDOWN_SCENARIO_SCHEMA_TEXT_H

extern const char *const SCENARIO_SCHEMA_TEXT[];

#endif
