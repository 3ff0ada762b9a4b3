{{/* Names are fixed, whatever the release is called: the runbook's commands must work word for word. */}}
{{- define "portal.name" -}}karc-portal{{- end }}
{{- define "sidecar.name" -}}karc-portal-github-mcp{{- end }}
{{- define "smoke.name" -}}karc-portal-smoke{{- end }}

{{/* Labels that select pods. They cannot change later: a Deployment's selector is fixed. Call with (list . name). */}}
{{- define "portal.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name | quote }}
{{- end }}

{{/* Labels of a pod: without versions, so that a new chart alone restarts nothing. Call with (list . name). */}}
{{- define "portal.podLabels" -}}
{{ include "portal.selector" . }}
app.kubernetes.io/part-of: karc-portal
{{- end }}

{{/* Every label of an object. Call with (list . name). */}}
{{- define "portal.labels" -}}
{{- $root := index . 0 -}}
{{ include "portal.podLabels" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{/* An image's reference. Call with (dict "image" … "tag" …). */}}
{{- define "portal.image" -}}
{{- $name := printf "%s/%s" .image.registry .image.repository -}}
{{- if .image.digest }}{{ $name }}@{{ .image.digest }}{{ else }}{{ $name }}:{{ .tag }}{{ end }}
{{- end }}

{{- define "portal.pullSecrets" -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ quote . }}
  {{- end }}
{{- end }}

{{/* A setting as the text that a variable holds. Numbers of a values file are floats: 1000000 must not become 1e+06. */}}
{{- define "portal.text" -}}
{{- if kindIs "slice" . }}{{ join "," . }}{{ else if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{/* What PodSecurity `restricted` asks of a pod, and of a container. Not values: nobody should need less. */}}
{{- define "portal.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ . }}
  runAsGroup: {{ . }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}
{{- define "portal.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Numeric users: of the portal's image, and one for the sidecar's, whose image says root. */}}
{{- define "portal.uid" -}}10001{{- end }}
{{- define "sidecar.uid" -}}65532{{- end }}

{{/* Seconds from SIGTERM to SIGKILL that a clean stop needs: delay, 40 s of draining (src/server.ts), closing. */}}
{{- define "portal.stopSeconds" -}}
{{- add (divf .Values.env.PORTAL_SHUTDOWN_DELAY_MS 1000 | ceil | int) 40 5 }}
{{- end }}

{{/* Seconds that a stopping sidecar goes on for: as long as a write may take. Its own shutdown cuts writes after 5 s. */}}
{{- define "sidecar.drainSeconds" -}}
{{- add (divf .Values.env.PORTAL_UPSTREAM_TIMEOUT_MS 1000 | ceil | int) 5 }}
{{- end }}

{{- define "sidecar.url" -}}http://karc-portal-github-mcp:8082/{{- end }}
{{- define "sidecar.version" -}}1.0.4{{- end }}
{{- define "sidecar.tools" -}}add_issue_comment get_me issue_read issue_write list_issues search_issues{{- end }}
{{- define "sidecar.webUrl" -}}{{ .Values.mcp.github.host | default "https://github.com" | trimSuffix "/" }}{{- end }}

{{/* The port on which the sidecar goes out: GitHub's, or the proxy's. */}}
{{- define "sidecar.outPort" -}}{{ include "portal.portOf" (.Values.mcp.github.egressProxy.url | default "https://github.com") }}{{- end }}

{{/* Host and port of a URL. Call with the URL. */}}
{{- define "portal.hostOf" -}}{{ (urlParse .).hostname }}{{- end }}
{{- define "portal.portOf" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (eq $url.scheme "https" | ternary "443" "80") }}
{{- end }}

{{/* The origin of the portal: yours, or the Service's own, which leads nowhere from outside the cluster. */}}
{{- define "portal.url" -}}
{{ .Values.env.PORTAL_URL | default (printf "http://%s.%s.svc.cluster.local" (include "portal.name" .) .Release.Namespace) }}
{{- end }}

{{/* The Secrets that must exist, by the names of the runbook unless values have others. Empty: the trial has it. */}}
{{- define "portal.databaseSecret" -}}{{ include "portal.ownSecret" (list . .Values.database.existingSecret "DATABASE_URL" "karc-portal-database") }}{{- end }}
{{- define "portal.rootKeySecret" -}}{{ include "portal.ownSecret" (list . .Values.rootKey.existingSecret "PORTAL_SECRET" "karc-portal-root-key") }}{{- end }}
{{- define "portal.ownSecret" -}}
{{- if index . 1 }}{{ index . 1 }}{{ else if not (include "portal.trialHas" (list (index . 0) (index . 2))) }}{{ index . 3 }}{{ end }}
{{- end }}

{{/* Whether the Secret for trials has this variable. Call with (list . name). */}}
{{- define "portal.trialHas" -}}
{{- $trial := (index . 0).Values.trialSecret -}}
{{- if and $trial.create (get $trial.data (index . 1)) }}true{{ end }}
{{- end }}

{{/* One variable: from a Secret of yours, or the one for trials if that has it, or nothing. Call with (dict "root" "name" "yours" "key"). */}}
{{- define "portal.secretEnv" -}}
{{- if or .yours (include "portal.trialHas" (list .root .name)) }}
- name: {{ quote .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .yours | default (include "portal.name" .root) | quote }}
      key: {{ .yours | empty | ternary .name .key | quote }}
{{- end }}
{{- end }}

{{/* What serving reads from Secrets, and what migrating does. */}}
{{- define "portal.servingSecrets" -}}
{{- include "portal.secretEnv" (dict "root" . "name" "DATABASE_URL" "yours" (include "portal.databaseSecret" .) "key" .Values.database.key) }}
{{- include "portal.secretEnv" (dict "root" . "name" "PORTAL_SECRET" "yours" (include "portal.rootKeySecret" .) "key" .Values.rootKey.key) }}
{{- include "portal.secretEnv" (dict "root" . "name" "PORTAL_SECRET_PREVIOUS" "yours" .Values.rootKey.previous.existingSecret "key" .Values.rootKey.previous.key) }}
{{- include "portal.secretEnv" (dict "root" . "name" "PORTAL_ADMIN_EMAIL" "yours" .Values.firstAdmin.existingSecret "key" .Values.firstAdmin.emailKey) }}
{{- include "portal.secretEnv" (dict "root" . "name" "PORTAL_ADMIN_PASSWORD" "yours" .Values.firstAdmin.existingSecret "key" .Values.firstAdmin.passwordKey) }}
{{- end }}
{{- define "portal.migrationSecrets" -}}
{{- include "portal.secretEnv" (dict "root" . "name" "DATABASE_URL" "yours" (include "portal.databaseSecret" .) "key" .Values.database.key) }}
{{- include "portal.secretEnv" (dict "root" . "name" "DATABASE_MIGRATION_URL" "yours" .Values.database.migration.existingSecret "key" .Values.database.migration.key) }}
{{- end }}

{{/* The settings that are no secrets: what the ConfigMap holds. */}}
{{- define "portal.settings" -}}
{{- $settings := dict "PORT" "3000" "PORTAL_URL" (include "portal.url" .) "PORTAL_KEY_VERSION" (include "portal.text" .Values.rootKey.keyVersion) -}}
{{- range $name, $value := .Values.env -}}
{{- with include "portal.text" $value }}{{ $_ := set $settings $name . }}{{ end -}}
{{- end -}}
{{- if .Values.mcp.github.enabled -}}
{{- $_ := set $settings "MCP_GITHUB_SERVER_URL" (include "sidecar.url" .) -}}
{{- $_ := set $settings "MCP_GITHUB_EXACT_TOOLS" "true" -}}
{{- $_ := set $settings "GITHUB_WEB_URL" (include "sidecar.webUrl" .) -}}
{{- end -}}
{{- toYaml $settings }}
{{- end }}

{{/* A hash of what the pods read from Secrets, so that a change restarts them. The annotation is open to whoever may read a
Deployment or a rendered file, and a hash of a password alone is a way to guess it: so of Secrets that are there only the version
goes in, and of a trial's values nothing unless the root key is among them, which nobody guesses. `lookup` is empty without a cluster. */}}
{{- define "portal.secretChecksum" -}}
{{- $seen := list .Values.secretRevision (include "portal.trialHas" (list . "PORTAL_SECRET") | eq "true" | ternary .Values.trialSecret.data dict) -}}
{{- $names := list (include "portal.databaseSecret" .) .Values.database.migration.existingSecret (include "portal.rootKeySecret" .) .Values.rootKey.previous.existingSecret .Values.firstAdmin.existingSecret .Values.privateCA.secret -}}
{{- range $names | compact -}}
{{- $seen = append $seen (include "portal.versionOf" (list $ "Secret" .)) -}}
{{- end -}}
{{- toJson $seen | sha256sum }}
{{- end }}
{{- define "portal.caChecksum" -}}
{{- $seen := list .Values.secretRevision -}}
{{- with .Values.privateCA.configMap }}{{ $seen = append $seen (include "portal.versionOf" (list $ "ConfigMap" .)) }}{{ end -}}
{{- with .Values.privateCA.secret }}{{ $seen = append $seen (include "portal.versionOf" (list $ "Secret" .)) }}{{ end -}}
{{- toJson $seen | sha256sum }}
{{- end }}

{{/* The resourceVersion of an object that is there: another one after every change. Call with (list . kind name). */}}
{{- define "portal.versionOf" -}}
{{- $found := lookup "v1" (index . 1) (index . 0).Release.Namespace (index . 2) | default dict -}}
{{- get (get $found "metadata" | default dict) "resourceVersion" }}
{{- end }}

{{/* The private CA's volume, mount and path. */}}
{{- define "portal.hasCA" -}}{{ or .Values.privateCA.configMap .Values.privateCA.secret }}{{- end }}
{{- define "portal.caFile" -}}/etc/karc-portal/ca/ca.crt{{- end }}
{{- define "portal.caVolume" -}}
- name: private-ca
  {{- if .Values.privateCA.configMap }}
  configMap:
    name: {{ .Values.privateCA.configMap | quote }}
  {{- else }}
  secret:
    secretName: {{ .Values.privateCA.secret | quote }}
  {{- end }}
    items:
      - key: {{ .Values.privateCA.key | quote }}
        path: ca.crt
{{- end }}
{{- define "portal.caMount" -}}
- name: private-ca
  mountPath: /etc/karc-portal/ca
  readOnly: true
{{- end }}

{{/* Spread of one Deployment's pods. Call with (list . name). */}}
{{- define "portal.spread" -}}
{{- with (index . 0).Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - labelSelector:
      matchLabels:
        {{- include "portal.selector" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Where pods may run. */}}
{{- define "portal.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ quote . }}
{{- end }}
{{- end }}

{{/* Egress to DNS, as one rule. */}}
{{- define "portal.dnsRule" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports:
    - { protocol: UDP, port: {{ .Values.networkPolicy.dnsPort }} }
    - { protocol: TCP, port: {{ .Values.networkPolicy.dnsPort }} }
{{- end }}
