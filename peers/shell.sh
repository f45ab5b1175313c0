# A stdio server of one shell, cheap enough to have many: it answers every request as if it were initialize.
#
#   sh shell.sh ['what to do first']
eval "${1:-:}"
while read -r line; do
  case $line in
    *'"id":'*)
      id=${line#*'"id":'}
      id=${id%%[,\}]*}
      printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"shell","version":"1"}}}\n' "$id"
      ;;
  esac
done
