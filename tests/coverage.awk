# Reads what `gcov -n` prints and gives a line for each source file of the program, the least covered first,
# and the sum.
/^File / {
  file = substr($0, 7, length($0) - 7)
  sub(/^.*\/sim\//, "sim/", file)
  sub(/^.*\/output\//, "output/", file)
  next
}
/^Lines executed:/ && file ~ /^(sim|output)\/.*\.[ch]$/ {
  split(substr($0, index($0, ":") + 1), part, "% of ")
  # A header is seen from several objects: the best of them counts.
  if (!(file in lines) || part[1] > percent[file]) percent[file] = part[1] + 0
  lines[file] = part[2] + 0
  file = ""
}
END {
  for (file in lines) {
    all += lines[file]
    hit += lines[file] * percent[file] / 100
    printf "%6.2f %%  of %5d  %s\n", percent[file], lines[file], file | "sort -n"
  }
  close("sort -n")
  if (all) printf "%6.2f %%  of %5d  in all\n", 100 * hit / all, all
}
