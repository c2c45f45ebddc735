package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admission/v1"
	registrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"istio.io/api/annotation"
	"istio.io/api/label"
	meshconfig "istio.io/api/mesh/v1alpha1"
	cniutil "istio.io/istio/cni/pkg/util"
	"istio.io/istio/manifests"
	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/values"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube/inject"
)

// installation is one control plane as its chart installs it: the webhooks that the API server calls, and the injector behind them.
type installation struct {
	webhooks []registrationv1.MutatingWebhook
	injector http.Handler
}

// installed remembers what has been rendered: rendering a chart takes longer than a case.
var installed = map[string]*installation{}

// createPods creates the pods of a case that names installations through their webhooks, and enrolls in ambient what the CNI agent would.
func (e *engine) createPods(mc *meshconfig.MeshConfig, namespaces map[string]*corev1.Namespace) (out []PodResult, err error) {
	if len(e.c.Installations) == 0 {
		return nil, nil
	}
	var planes []*installation
	for _, v := range e.c.Installations {
		plane, err := installationOf(v, mc)
		if err != nil {
			return nil, err
		}
		planes = append(planes, plane)
	}
	for _, p := range e.pods {
		ns := namespaceLabels(namespaces[p.Namespace])
		result := PodResult{Pod: podKey(p), DataPlane: "none"}
		for _, plane := range planes {
			if result.Webhook = plane.called(p, ns); result.Webhook != "" {
				if err := plane.inject(p); err != nil {
					return nil, fmt.Errorf("injecting %s: %w", podKey(p), err)
				}
				break
			}
		}
		switch {
		case hasSidecar(p):
			result.DataPlane = "sidecar"
		case features.EnableAmbient && enrolled(p, ns):
			result.DataPlane = "ambient"
			metav1.SetMetaDataAnnotation(&p.ObjectMeta, annotation.AmbientRedirection.Name, constants.AmbientRedirectionEnabled)
		}
		result.TLSMode = p.Labels[label.SecurityTlsMode.Name]
		out = append(out, result)
	}
	return out, nil
}

func namespaceLabels(ns *corev1.Namespace) labels.Set {
	out := labels.Set{corev1.LabelMetadataName: ns.Name}
	for k, v := range ns.Labels {
		out[k] = v
	}
	return out
}

// enrolled asks the selectors that the CNI agent is installed with.
func enrolled(p *corev1.Pod, ns labels.Set) bool {
	text, err := fs.ReadFile(manifests.FS, "charts/istio-cni/values.yaml")
	if err != nil {
		panic(err)
	}
	var chart struct {
		Defaults struct {
			Ambient struct {
				EnablementSelectors []cniutil.EnablementSelector `json:"enablementSelectors"`
			} `json:"ambient"`
		} `json:"_internal_defaults_do_not_set"`
	}
	if err := yaml.Unmarshal(text, &chart); err != nil {
		panic(err)
	}
	selectors, err := cniutil.NewCompiledEnablementSelectors(chart.Defaults.Ambient.EnablementSelectors)
	if err != nil {
		panic(err)
	}
	return selectors.Matches(p, ns)
}

// installationOf renders the istiod chart with values.
func installationOf(chartValues map[string]any, mc *meshconfig.MeshConfig) (*installation, error) {
	key, err := json.Marshal(chartValues)
	if err != nil {
		return nil, err
	}
	if known := installed[string(key)]; known != nil {
		return known, nil
	}
	spec := values.Map{"spec": map[string]any{"values": chartValues}}
	manifests, _, err := helm.Render("istiod", mc.RootNamespace, "istio-control/istio-discovery", spec, nil)
	if err != nil {
		return nil, err
	}
	made := &installation{}
	for _, m := range manifests {
		switch m.GetKind() {
		case "MutatingWebhookConfiguration":
			var configuration registrationv1.MutatingWebhookConfiguration
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m.Object, &configuration); err != nil {
				return nil, err
			}
			made.webhooks = append(made.webhooks, configuration.Webhooks...)
		case "ConfigMap":
			var configMap corev1.ConfigMap
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m.Object, &configMap); err != nil {
				return nil, err
			}
			if _, isInjectors := configMap.Data["config"]; !isInjectors || configMap.Data["values"] == "" {
				continue
			}
			if made.injector, err = injectorOf(configMap.Data, fmt.Sprint(chartValues["revision"]), mc); err != nil {
				return nil, err
			}
		}
	}
	if made.injector == nil || len(made.webhooks) == 0 {
		return nil, fmt.Errorf("the chart has no injector with these values: %s", key)
	}
	installed[string(key)] = made
	return made, nil
}

// injectorOf starts istiod's injection webhook on a mux of its own.
func injectorOf(data map[string]string, revision string, mc *meshconfig.MeshConfig) (http.Handler, error) {
	config, err := inject.UnmarshalConfig([]byte(data["config"]))
	if err != nil {
		return nil, err
	}
	env := model.NewEnvironment()
	env.Watcher = meshwatcher.NewTestWatcher(mc)
	features.EnableNativeSidecars = features.NativeSidecarModeDisabled // else it asks the API server for nodes
	mux := http.NewServeMux()
	_, err = inject.NewWebhook(inject.WebhookParameters{
		Watcher: fixedConfig{&config, data["values"]}, Env: env, Mux: mux, Revision: revision,
	})
	return mux, err
}

// fixedConfig is an injector's configuration that never changes.
type fixedConfig struct {
	config *inject.Config
	values string
}

func (f fixedConfig) SetHandler(func(*inject.Config, string) error) {}
func (f fixedConfig) Run(<-chan struct{})                           {}
func (f fixedConfig) Get() (*inject.Config, string, error)          { return f.config, f.values, nil }

// called is the webhook that the API server calls for a new pod, if any.
func (i *installation) called(p *corev1.Pod, ns labels.Set) string {
	for _, w := range i.webhooks {
		if selects(w.NamespaceSelector, ns) && selects(w.ObjectSelector, p.Labels) {
			return w.Name
		}
	}
	return ""
}

func selects(selector *metav1.LabelSelector, set labels.Set) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(set)
}

// inject sends the pod to the webhook and applies the patch that it answers with.
func (i *installation) inject(p *corev1.Pod) error {
	before, err := json.Marshal(p)
	if err != nil {
		return err
	}
	review, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "1", Kind: metav1.GroupVersionKind{Version: "v1", Kind: "Pod"}, Operation: admissionv1.Create,
			Namespace: p.Namespace, Object: runtime.RawExtension{Raw: before},
		},
	})
	if err != nil {
		return err
	}
	request := httptest.NewRequest(http.MethodPost, "/inject", bytes.NewReader(review))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	i.injector.ServeHTTP(recorder, request)
	var answer struct {
		Response struct {
			Patch  string         `json:"patch"`
			Status *metav1.Status `json:"status"`
		} `json:"response"`
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		return fmt.Errorf("%w in %q", err, recorder.Body.String())
	}
	if answer.Response.Status != nil {
		return fmt.Errorf("refused: %s", answer.Response.Status.Message)
	}
	return patch(p, before, answer.Response.Patch)
}

func patch(p *corev1.Pod, before []byte, encoded string) error {
	if encoded == "" {
		return nil
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	decoded, err := jsonpatch.DecodePatch(text)
	if err != nil {
		return err
	}
	after, err := decoded.Apply(before)
	if err != nil {
		return err
	}
	*p = corev1.Pod{}
	return json.Unmarshal(after, p)
}
