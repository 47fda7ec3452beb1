# Bash completion for teardown. Options are asked of the program itself, so they are those of the version at hand.
_teardown() {
  local cur prev verb word i
  COMPREPLY=()
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --format=ladder for three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = && $COMP_CWORD -ge 2 ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  verb=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == -* ]] || { verb=$word; break; }
  done

  case $verb:$prev in
    fsm:--format | fsm:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text markdown dot' -- "$cur")
      return
      ;;
    check:--format | check:-f)
      mapfile -t COMPREPLY < <(compgen -W 'text tap junit' -- "$cur")
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
    *:--client | *:--server | fsm:--profile)
      mapfile -t COMPREPLY < <(compgen -W 'rfc9293 linux freebsd windows lwip smoltcp' -- "$cur")
      return
      ;;
    *:--output | *:-o)
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return
      ;;
  esac

  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" ${verb:+"$verb"} --help${verb:+-all} 2>/dev/null |
      grep -oE -- '--[a-z][a-z0-9-]*' | sort -u)" -- "$cur")
  elif [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'check bench fsm merge new profiles run scenarios sweep try validate' -- "$cur")
  else
    # Scenarios, and the folders on the way to them.
    mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$cur"; compgen -d -S / -- "$cur")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
      compopt -o nospace 2>/dev/null
    fi
  fi
}
complete -o filenames -F _teardown teardown
