/* teardown merge: puts the shards of a sweep together. */
#include "command/cli.h"
#include "command/command.h"
#include "command/sweep_pictures.h"
#include "run/sweep_store.h"

static int merge(int argc, char **argv, const char *directory, const char *pictures) {
  gboolean draws;
  PictureFormat format;
  if (!sweep_pictures_option("merge", pictures, &draws, &format))
    return EXIT_CANNOT;
  if (argc < 2)
    return cli_complain("merge", TRUE, "which folders? Give those that `teardown sweep --shard` wrote");
  if (!directory && argc > 2)
    return cli_complain("merge", TRUE, "where shall the results of several folders go? Give -o DIR");
  GError *error = NULL;
  g_autoptr(SweepStore) store = sweep_store_new();
  gboolean good = TRUE;
  for (int i = 1; i < argc && good; i++) {
    if (!sweep_store_folder_has(argv[i], NULL))
      return cli_complain("merge", FALSE, "%s: there is no part of a sweep in this folder", argv[i]);
    good = sweep_store_read(store, argv[i], NULL, &error);
  }
  const char *where = directory ? directory : argv[1];
  if (good && g_mkdir_with_parents(where, 0777) != 0)
    return cli_complain("merge", FALSE, "cannot make the folder %s", where);
  good = good && sweep_store_write(store, where, &error);
  if (!good) {
    int status = cli_complain("merge", FALSE, "%s", error->message);
    g_error_free(error);
    return status;
  }
  g_autofree char *clean = cli_clean(where);
  uint64_t finished = sweep_store_finished(store), cells = sweep_store_cells(store);
  printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " cells: sweep.json and sweep.csv are in %s\n", finished, cells,
         clean);
  if (draws)
    sweep_pictures_write(where, format);
  return cli_flush(finished == cells ? EXIT_HOLDS : EXIT_FAILED);
}

int command_merge(int argc, char **argv) {
  char *directory = NULL, *pictures = NULL;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &directory,
       "Write sweep.json and sweep.csv into DIR (default: the folder, if it is one)", "DIR"},
      {"pictures", 0, 0, G_OPTION_ARG_STRING, &pictures,
       "Of the results, as svg (default), png, pdf, gp (gnuplot's scripts) or none", "FORMAT"},
      {NULL, 0, 0, 0, NULL, NULL, NULL}};
  int status = EXIT_CANNOT;
  if (cli_parse(&argc, &argv, "DIR...", "Puts the shards of a sweep together.",
                "Exit status: 0 all cells of the sweep are there, 1 some are missing, 2 it could not be done.\n\n"
                "Example: teardown merge shard-1 shard-2 -o results",
                entries, NULL, NULL))
    status = merge(argc, argv, directory, pictures);
  g_free(directory);
  g_free(pictures);
  return status;
}
