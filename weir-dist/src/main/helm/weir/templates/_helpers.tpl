{{- define "weir.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "weir.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "weir.labels" -}}
{{ include "weir.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- /* The names by which clients in the cluster, and through the ingress, call the service. */ -}}
{{- define "weir.config" -}}
{{- $service := include "weir.name" . -}}
{{- $hosts := list $service (printf "%s.%s" $service .Release.Namespace) (printf "%s.%s.svc" $service .Release.Namespace) -}}
{{- if .Values.ingress.enabled -}}
{{- $hosts = append $hosts (required "ingress.host: the name by which clients call" .Values.ingress.host) -}}
{{- end -}}
{{- $config := deepCopy .Values.config -}}
{{- range $key := list "auth" "upstreams" -}}
{{- if not (index $config $key) -}}{{- $config = omit $config $key -}}{{- end -}}
{{- end -}}
{{- if not (or $config.auth (eq (index $config "anonymous-access") "network")) -}}
{{- fail "config.auth: say who may call, as docs/operations.md has it, or set config.anonymous-access to network" -}}
{{- end -}}
{{- $_ := set $config "allowed-hosts" (concat $hosts (index $config "allowed-hosts" | default list) | uniq) -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* The port that config.listen ends with. */ -}}
{{- define "weir.port" -}}
{{- regexFind "[0-9]+$" .Values.config.listen -}}
{{- end -}}
