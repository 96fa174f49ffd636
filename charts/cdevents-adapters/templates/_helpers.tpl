{{- define "adapters.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for what is added to it; the name of a release may have dots, that of a Service may not. */}}
{{- define "adapters.fullname" -}}
{{- $name := include "adapters.name" . }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $full | replace "." "-" | trunc 44 | trimSuffix "-" }}
{{- end }}

{{- define "adapters.selector" -}}
app.kubernetes.io/name: {{ include "adapters.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "adapters.labels" -}}
{{ include "adapters.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "adapters.image" -}}
{{- with .Values.image }}
{{- .digest | empty | ternary (printf "%s:%s" .repository (.tag | default $.Chart.AppVersion)) (printf "%s@%s" .repository .digest) }}
{{- end }}
{{- end }}

{{- define "adapters.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "adapters.fullname" .) "default") }}
{{- end }}

{{/* "true" where pods ask the API server. */}}
{{- define "adapters.asks" -}}
{{- if or .Values.rbac.rollouts .Values.rbac.rules (include "adapters.lease" .) }}true{{ end }}
{{- end }}

{{/* The name of the Lease by which one replica at a time runs some sources, if the configuration has one. */}}
{{- define "adapters.lease" -}}
{{- dig "standby" "kubernetes" "lease" "" .Values.config }}
{{- end }}

{{/* "true" where there may be more than one replica. */}}
{{- define "adapters.several" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) }}true{{ end }}
{{- end }}

{{/* The configuration file. What is in a tool's own pod hears it on localhost; probes come from outside. */}}
{{- define "adapters.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if not $config.sources }}
{{- fail "config.sources: say what is heard; charts/cdevents-adapters/examples has whole ones" }}
{{- end }}
{{- if ne .Values.mode "replay" }}
{{- $host := eq .Values.mode "sidecar" | ternary "127.0.0.1" "0.0.0.0" }}
{{- $listen := printf "%s:%d" $host (int .Values.ports.webhooks) }}
{{- $server := dict "listen" $listen "admin" (printf "0.0.0.0:%d" (int .Values.ports.admin)) "drain" "20s" }}
{{- $journal := dict "path" "/var/lib/cdevents-adapters/journal.db" "max_size" "2GiB" }}
{{- $config = merge $config (dict "server" $server "journal" $journal) }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* The spec of a PersistentVolumeClaim, of values with its size. */}}
{{- define "adapters.claim" -}}
accessModes: {{ toJson .accessModes }}
{{- with .storageClass }}
storageClassName: {{ . | quote }}
{{- end }}
resources: {requests: {storage: {{ .size }}}}
{{- end }}
