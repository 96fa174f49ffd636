{{/* What Pod Security "restricted" asks of a container, and a root that cannot be written. */}}
{{- define "adapters.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "adapters.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "adapters.environment" -}}
{{- with .Values.env }}
env: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.envFrom }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "adapters.mounts" -}}
- {name: configuration, mountPath: /etc/cdevents-adapters, readOnly: true}
{{- if .Values.existingSecret }}
- {name: secrets, mountPath: /run/secrets/cdevents-adapters, readOnly: true}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Mappings lie below the configuration: one volume, in which the kubelet changes what changes. */}}
{{- define "adapters.volumes" -}}
- name: configuration
  projected:
    sources:
      - configMap: {name: {{ include "adapters.fullname" . | quote }}}
      {{- if .Values.mappings }}
      - configMap:
          name: {{ include "adapters.fullname" . }}-mappings
          items:
            {{- range $name, $_ := .Values.mappings }}
            - {key: {{ $name | quote }}, path: {{ printf "mappings/%s/mapping.yaml" $name | quote }}}
            {{- end }}
      {{- end }}
{{- with .Values.existingSecret }}
- name: secrets
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Where pods run, and as whom. */}}
{{- define "adapters.placement" -}}
serviceAccountName: {{ include "adapters.serviceAccount" . | quote }}
automountServiceAccountToken: {{ include "adapters.asks" . | empty | not }}
enableServiceLinks: false
securityContext: {{- include "adapters.podSecurityContext" . | nindent 2 }}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with get $.Values $key }}
{{ $key }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
