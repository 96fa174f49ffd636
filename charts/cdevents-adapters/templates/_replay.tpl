{{- define "adapters.replay" -}}
{{- $shards := int .Values.replay.shards -}}
completionMode: Indexed
completions: {{ $shards }}
parallelism: {{ $shards }}
backoffLimitPerIndex: {{ .Values.replay.retries }}
{{- if not (kindIs "invalid" .Values.replay.ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ .Values.replay.ttlSecondsAfterFinished }}
{{- end }}
podFailurePolicy:
  rules:
    - action: Ignore # a node that is drained is nobody's fault
      onPodConditions: [{type: DisruptionTarget}]
    - action: FailIndex # 1: all was read, and some of it is parked; another start would change nothing
      onExitCodes: {containerName: replay, operator: In, values: [1]}
    - action: FailJob # 2: the configuration or the command line is wrong, for all shards
      onExitCodes: {containerName: replay, operator: In, values: [2]}
template:
  metadata:
    labels: {{- include "adapters.labels" . | nindent 6 }}
  spec:
    restartPolicy: Never
    {{- include "adapters.placement" . | nindent 4 }}
    terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
    containers:
      - name: replay
        image: {{ include "adapters.image" . }}
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        args:
          - replay
          - --config=/etc/cdevents-adapters/adapters.yaml
          - --shard=$(JOB_COMPLETION_INDEX)/{{ $shards }}
          - --state=/state/$(JOB_COMPLETION_INDEX)of{{ $shards }}.json
          {{- range concat .Values.replay.args .Values.replay.archive.inputs }}
          - {{ . | quote }}
          {{- end }}
        {{- with include "adapters.environment" . }}
        {{- . | nindent 8 }}
        {{- end }}
        resources: {{- toYaml .Values.resources | nindent 10 }}
        securityContext: {{- include "adapters.securityContext" . | nindent 10 }}
        volumeMounts:
          {{- include "adapters.mounts" . | nindent 10 }}
          - {name: archive, mountPath: /archive, readOnly: true}
          - {name: state, mountPath: /state}
    volumes:
      {{- include "adapters.volumes" . | nindent 6 }}
      - name: archive
        persistentVolumeClaim:
          claimName: {{ required "replay.archive.existingClaim: say which volume the archive is on" .Values.replay.archive.existingClaim | quote }}
          readOnly: true
      - name: state
        persistentVolumeClaim:
          claimName: {{ .Values.replay.state.existingClaim | default (printf "%s-state" (include "adapters.fullname" .)) | quote }}
{{- end }}
