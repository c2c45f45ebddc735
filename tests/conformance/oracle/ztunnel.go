package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/util/sets"
	"istio.io/istio/pkg/workloadapi"
	"istio.io/istio/pkg/workloadapi/security"
)

// ambientWorkload is what istiod tells ztunnels about a pod whose traffic a ztunnel takes.
func (e *engine) ambientWorkload(p *corev1.Pod) *workloadapi.Workload {
	if e.istiod.ambient == nil || p == nil || hasSidecar(p) {
		return nil
	}
	for _, info := range e.istiod.ambient.Lookup("/" + p.Status.PodIP) {
		if w := info.Address.GetWorkload(); w.GetTunnelProtocol() == workloadapi.TunnelProtocol_HBONE {
			return w
		}
	}
	return nil
}

// denies follows ztunnel's src/rbac.rs for the policies that a workload names; a name that stands for no policy decides nothing.
func (e *engine) denies(w *workloadapi.Workload, port int, hasIdentity bool) bool {
	policies := map[string]*security.Authorization{}
	for _, p := range e.istiod.ambient.Policies(sets.New[model.ConfigKey]()) {
		policies[p.Authorization.Namespace+"/"+p.Authorization.Name] = p.Authorization
	}
	return slices.ContainsFunc(w.AuthorizationPolicies, func(name string) bool {
		policy := policies[name]
		return policy != nil && policy.Action == security.Action_DENY && policyMatches(policy, port, hasIdentity)
	})
}

// policyMatches: groups are alternatives, rules of a group all hold, matches of a rule are alternatives, conditions of a match all hold.
func policyMatches(policy *security.Authorization, port int, hasIdentity bool) bool {
	return slices.ContainsFunc(policy.Groups, func(group *security.Group) bool {
		return !slices.ContainsFunc(group.Rules, func(rule *security.Rules) bool {
			return !slices.ContainsFunc(rule.Matches, func(m *security.Match) bool { return matchHolds(m, port, hasIdentity) })
		})
	})
}

func matchHolds(m *security.Match, port int, hasIdentity bool) bool {
	if len(m.NotPrincipals) > 0 && hasIdentity {
		return false
	}
	if len(m.DestinationPorts) > 0 && !slices.Contains(m.DestinationPorts, uint32(port)) {
		return false
	}
	return !slices.Contains(m.NotDestinationPorts, uint32(port))
}

// ambientAccepts: ztunnel sees the identity of HBONE only; the bytes of anything else it hands on.
func (e *engine) ambientAccepts(w *workloadapi.Workload, port int) *Accepts {
	a := &Accepts{Plaintext: "ok", TLS: "raw", MTLS: "ok"}
	if e.denies(w, port, false) {
		a.Plaintext, a.TLS = "denied", "denied"
	}
	if e.denies(w, port, true) {
		a.MTLS = "denied"
	}
	return a
}
