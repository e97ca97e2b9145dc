// Package deploy holds the files by which vedette is deployed to their rules:
// those of Compose's and Kubernetes' own specifications, and those of the CIS
// benchmarks that README.md's readers rely on.
package deploy

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// drains is how long a process takes at the most to finish what is under way,
// in seconds.
const drains = 20

// compose returns the project as Compose reads it, in a folder with a .env and
// a desk file.
func compose(t *testing.T) *types.Project {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "POSTGRES_PASSWORD=secret\nVEDETTE_SLACK_TOKEN=xoxb-1\n")
	write(t, filepath.Join(dir, "vedette.yaml"), "watches: {}\n")
	o, err := cli.NewProjectOptions([]string{"compose/compose.yaml"}, cli.WithWorkingDirectory(dir), cli.WithEnvFiles(filepath.Join(dir, ".env")), cli.WithDotEnv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatalf("Compose does not take it: %v", err)
	}
	return p
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestComposeRunsTwoReplicasThatMayDoLittle(t *testing.T) {
	p := compose(t)
	v, err := p.GetService("vedette")
	if err != nil {
		t.Fatal(err)
	}
	if v.Deploy == nil || v.Deploy.Replicas == nil || *v.Deploy.Replicas < 2 {
		t.Error("there are not two replicas")
	}
	if v.DependsOn["postgres"].Condition != types.ServiceConditionHealthy {
		t.Error("it starts before the database answers")
	}
	if v.StopGracePeriod == nil || time.Duration(*v.StopGracePeriod) < (drains+10)*time.Second {
		t.Errorf("it is killed after %v, before it has finished what is under way", v.StopGracePeriod)
	}
	if v.User != "65532:65532" || !v.ReadOnly || len(v.CapDrop) != 1 || v.CapDrop[0] != "ALL" || len(v.CapAdd) > 0 || v.Privileged || v.NetworkMode == "host" || v.Pid != "" || v.Ipc != "" {
		t.Error("it may do more than it needs")
	}
	if len(v.Ports) > 0 {
		t.Error("it is reachable from outside")
	}
	if dsn := v.Environment["VEDETTE_DATABASE_URL"]; dsn == nil || !strings.HasPrefix(*dsn, "postgres://vedette:secret@postgres:5432/vedette") {
		t.Errorf("its database is %v", dsn)
	}
	for _, s := range p.Services {
		if s.MemLimit == 0 || s.CPUS == 0 || s.PidsLimit == 0 {
			t.Errorf("%s has no limits", s.Name)
		}
		if len(s.SecurityOpt) == 0 || s.SecurityOpt[0] != "no-new-privileges:true" {
			t.Errorf("%s may gain privileges", s.Name)
		}
		if name, tag, _ := strings.Cut(s.Image, ":"); s.Build == nil && (tag == "" || tag == "latest") {
			t.Errorf("which %s it is changes by itself", name)
		}
		for _, m := range s.Volumes {
			if strings.Contains(m.Source, "docker.sock") {
				t.Errorf("%s has the machine", s.Name)
			}
		}
	}
	db, err := p.GetService("postgres")
	if err != nil {
		t.Fatal(err)
	}
	if len(db.Ports) > 0 || len(db.Networks) != 1 || !p.Networks["inside"].Internal {
		t.Error("the database is reachable from outside")
	}
	if len(db.Volumes) != 1 || db.Volumes[0].Type != types.VolumeTypeVolume {
		t.Error("the database's files do not outlive it")
	}
}

func TestComposeRefusesToStartWithoutAPassword(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "")
	o, err := cli.NewProjectOptions([]string{"compose/compose.yaml"}, cli.WithWorkingDirectory(dir), cli.WithEnvFiles(filepath.Join(dir, ".env")), cli.WithDotEnv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.LoadProject(t.Context()); err == nil || !strings.Contains(err.Error(), "POSTGRES_PASSWORD") {
		t.Errorf("got %v; want it to name what is missing", err)
	}
}

// settings are a .env as vedette init writes it, which quotes what stands in it.
const settings = "VEDETTE_DATABASE_URL=\"postgres://vedette@db/vedette\"\nVEDETTE_CONTACT='a$b'\n"

// built returns what kubectl would apply, by kind, in a copy of the folder with
// a .env and a desk file.
func built(t *testing.T) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	files, err := fs.Glob(os.DirFS("kubernetes"), "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files (%v)", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join("kubernetes", f))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, f), string(data))
	}
	write(t, filepath.Join(dir, ".env"), settings)
	write(t, filepath.Join(dir, "vedette.yaml"), "watches: {}\n")
	all, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatalf("kustomize does not take it: %v", err)
	}
	kinds := make(map[string][]byte)
	for _, r := range all.Resources() {
		data, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		kinds[r.GetKind()] = data
	}
	return kinds
}

// read returns the object of a kind; a field that Kubernetes does not know is
// an error.
func read[T any](t *testing.T, kinds map[string][]byte, kind string) *T {
	t.Helper()
	o := new(T)
	if err := yaml.UnmarshalStrict(kinds[kind], o); err != nil || len(kinds[kind]) == 0 {
		t.Fatalf("%s: %v", kind, err)
	}
	return o
}

func TestKubernetesRunsTwoReplicasThatMayDoLittle(t *testing.T) {
	kinds := built(t)
	d := read[appsv1.Deployment](t, kinds, "Deployment")
	if d.Spec.Replicas == nil || *d.Spec.Replicas < 2 {
		t.Error("there are not two replicas")
	}
	if r := d.Spec.Strategy.RollingUpdate; r == nil || r.MaxUnavailable.String() != "0" {
		t.Error("an upgrade takes a replica away before there is another")
	}
	pod := d.Spec.Template.Spec
	if g := pod.TerminationGracePeriodSeconds; g == nil || *g < drains+10 {
		t.Error("it is killed before it has finished what is under way")
	}
	if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken || pod.HostNetwork || pod.HostPID || pod.HostIPC {
		t.Error("it has the cluster or the machine")
	}
	s := pod.SecurityContext
	if s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.RunAsUser == nil || *s.RunAsUser == 0 || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Error("it may run as root, or call what it likes")
	}
	if len(pod.Containers) != 1 {
		t.Fatalf("%d containers", len(pod.Containers))
	}
	c := pod.Containers[0]
	if c.StartupProbe == nil || c.ReadinessProbe == nil || c.LivenessProbe == nil {
		t.Error("nobody looks after it")
	}
	if p := c.LivenessProbe; p != nil && !slices.Equal(p.Exec.Command, []string{"/vedette", "health", "--alive"}) {
		t.Error("it is killed for what a new one would find as well")
	}
	if c.Resources.Limits.Memory().IsZero() || c.Resources.Limits.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() {
		t.Error("it has no limits")
	}
	in := c.SecurityContext
	if in == nil || in.ReadOnlyRootFilesystem == nil || !*in.ReadOnlyRootFilesystem || in.AllowPrivilegeEscalation == nil || *in.AllowPrivilegeEscalation ||
		in.Capabilities == nil || len(in.Capabilities.Drop) != 1 || in.Capabilities.Drop[0] != "ALL" || len(in.Capabilities.Add) > 0 {
		t.Error("it may do more than it needs")
	}
	if strings.HasSuffix(c.Image, ":latest") || !strings.Contains(c.Image, ":") {
		t.Errorf("which %s it is changes by itself", c.Image)
	}
	// Kubernetes takes quotation marks in a .env for a part of the value.
	if len(c.EnvFrom) > 0 {
		t.Error("the settings are read by another than vedette")
	}
	if got := read[corev1.Secret](t, kinds, "Secret").Data[".env"]; string(got) != settings {
		t.Errorf("vedette finds the settings %q, want %q", got, settings)
	}
	if len(c.VolumeMounts) == 0 || c.VolumeMounts[0].MountPath != c.WorkingDir || pod.Volumes[0].Name != c.VolumeMounts[0].Name || pod.Volumes[0].Projected == nil {
		t.Fatal("the settings are not where vedette looks for them")
	}
	for _, s := range pod.Volumes[0].Projected.Sources {
		var name string
		if s.Secret != nil {
			name = s.Secret.Name
		} else if s.ConfigMap != nil {
			name = s.ConfigMap.Name
		}
		if !strings.HasPrefix(name, "vedette-settings-") && !strings.HasPrefix(name, "vedette-desk-") {
			t.Errorf("a change of what %s has replaces nothing", name)
		}
	}
	for _, e := range c.Env {
		if strings.Contains(e.Name, "TOKEN") || strings.Contains(e.Name, "SECRET") || strings.Contains(e.Name, "DATABASE") {
			t.Errorf("%s stands where everybody reads it", e.Name)
		}
	}
}

func TestKubernetesKeepsOneReplicaAndTheCloudAway(t *testing.T) {
	kinds := built(t)
	d := read[appsv1.Deployment](t, kinds, "Deployment")
	labels := d.Spec.Template.Labels
	b := read[policyv1.PodDisruptionBudget](t, kinds, "PodDisruptionBudget")
	if b.Spec.MinAvailable.IntValue() < 1 || int32(b.Spec.MinAvailable.IntValue()) >= *d.Spec.Replicas {
		t.Errorf("of %d replicas %v must stay: none can be moved, or all at once", *d.Spec.Replicas, b.Spec.MinAvailable)
	}
	n := read[networkingv1.NetworkPolicy](t, kinds, "NetworkPolicy")
	if len(n.Spec.PolicyTypes) != 2 || len(n.Spec.Ingress) != 0 {
		t.Error("others may call it")
	}
	if !bytes.Contains(kinds["NetworkPolicy"], []byte("169.254.0.0/16")) {
		t.Error("the cloud's metadata can be read")
	}
	for name, selector := range map[string]map[string]string{
		"deployment": d.Spec.Selector.MatchLabels, "budget": b.Spec.Selector.MatchLabels, "network policy": n.Spec.PodSelector.MatchLabels,
	} {
		if len(selector) == 0 {
			t.Errorf("the %s selects everything", name)
		}
		for k, v := range selector {
			if labels[k] != v {
				t.Errorf("the %s does not select the pods: %s is %q", name, k, labels[k])
			}
		}
	}
	if ns := read[corev1.Namespace](t, kinds, "Namespace"); ns.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
		t.Error("the namespace takes pods that may do anything")
	}
}
