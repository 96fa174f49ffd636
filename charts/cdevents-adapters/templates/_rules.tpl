{{/* What the source `kubernetes` asks for: config/kubernetes/cluster.yaml says why. */}}
{{- define "adapters.rollouts" -}}
- {apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: [list, watch]}
- {apiGroups: [apps], resources: [replicasets, controllerrevisions], verbs: [list]}
- {apiGroups: [""], resources: [pods], verbs: [list]}
- {apiGroups: [""], resources: [namespaces], verbs: [list, watch]}
{{- end }}

{{/* To create cannot be bound to a name: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */}}
{{- define "adapters.leading" -}}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}
- {apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [{{ include "adapters.lease" . | quote }}], verbs: [get, update]}
{{- end }}
