# Bash completion for teardown. Options are asked of the program itself, so they are those of the version at hand.
_teardown() {
  local cur prev verb verbs word i
  COMPREPLY=()
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --format=ladder for three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = && $COMP_CWORD -ge 2 ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  verbs='bench check compare convert diff explain fsm lab merge new packetdrill plot profiles run'
  verbs+=' scenarios sweep try validate'
  verb=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == -* ]] || { verb=$word; break; }
  done

  case $verb:$prev in
    explain:--format | explain:-f | compare:--format | compare:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text markdown' -- "$cur")
      return
      ;;
    fsm:--format | fsm:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text markdown dot' -- "$cur")
      return
      ;;
    check:--format | check:-f | packetdrill:--format | packetdrill:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text tap junit' -- "$cur")
      return
      ;;
    lab:--format | lab:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text json csv gradescope moodle prairielearn check50 junit tap gift
        answers' -- "$cur")
      return
      ;;
    convert:--to | convert:-t)
      mapfile -t COMPREPLY < <(
        compgen -W 'all csv-segments csv-states jsonl mermaid mscgen pcapng plantuml' -- "$cur")
      return
      ;;
    plot:--kind | plot:-k)
      mapfile -t COMPREPLY < <(compgen -W 'sequence states fsm counts cdf curve heat thumbnail' -- "$cur")
      return
      ;;
    sweep:--pictures | merge:--pictures)
      mapfile -t COMPREPLY < <(compgen -W 'svg png pdf gp none' -- "$cur")
      return
      ;;
    plot:--of)
      mapfile -t COMPREPLY < <(compgen -W 'ends durations' -- "$cur")
      return
      ;;
    plot:--theme)
      mapfile -t COMPREPLY < <(compgen -W 'light dark print' -- "$cur")
      return
      ;;
    plot:--seq)
      mapfile -t COMPREPLY < <(compgen -W 'relative raw' -- "$cur")
      return
      ;;
    plot:--output | plot:-o)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    *:--format | *:-f)
      mapfile -t COMPREPLY < <(compgen -W 'ladder timeline summary jsonl' -- "$cur")
      return
      ;;
    *:--tie)
      mapfile -t COMPREPLY < <(compgen -W 'fixed shuffle' -- "$cur")
      return
      ;;
    *:--color)
      mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
      return
      ;;
    *:--client | *:--server | fsm:--profile | packetdrill:--profile | packetdrill:-p)
      mapfile -t COMPREPLY < <(compgen -W 'rfc9293 linux freebsd windows lwip smoltcp' -- "$cur")
      return
      ;;
    *:--output | *:-o | packetdrill:--trace)
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return
      ;;
  esac

  if [[ $verb == lab && $prev == lab ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'list show init start key grade check gradescope' -- "$cur")
    return
  fi
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" ${verb:+"$verb"} --help${verb:+-all} 2>/dev/null |
      grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)" -- "$cur")
  elif [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
  else
    # Scenarios (or scripts), and the folders on the way to them.
    word='*.json'
    [[ $verb == packetdrill ]] && word='*.pkt'
    mapfile -t COMPREPLY < <(compgen -f -X "!$word" -- "$cur"; compgen -d -S / -- "$cur")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
      compopt -o nospace 2>/dev/null
    fi
  fi
}
complete -o filenames -F _teardown teardown
