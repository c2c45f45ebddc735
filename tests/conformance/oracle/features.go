package main

import (
	"fmt"

	"istio.io/istio/pilot/pkg/features"
)

// switches are istiod's environment variables by our names; turning ambient on turns on what defaults to it.
var switches = map[string][]*bool{
	"ambient": {
		&features.EnableAmbient, &features.EnableAmbientWaypoints, &features.EnableHBONESend,
		&features.EnableSidecarHBONEListening, &features.EnableIngressWaypointRouting,
	},
	"edsForHeadless":               {&features.EnableEDSForHeadless},
	"enhancedDestinationRuleMerge": {&features.EnableEnhancedDestinationRuleMerge},
}

// setFeatures switches istiod's feature flags for one case; they are package variables, so cases run one after another.
func setFeatures(wanted map[string]bool) (restore func(), err error) {
	var undo []func()
	restore = func() {
		for _, f := range undo {
			f()
		}
	}
	for name, value := range wanted {
		flags, known := switches[name]
		if !known {
			restore()
			return nil, fmt.Errorf("unknown feature %s", name)
		}
		for _, flag := range flags {
			before := *flag
			undo = append(undo, func() { *flag = before })
			*flag = value
		}
	}
	return restore, nil
}
