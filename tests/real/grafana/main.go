// Reads dashboards as Grafana's own SDK does, strictly, and says what is wrong in one.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Println(name, err)
			continue
		}
		found := dashboard.Dashboard{}
		if err := found.UnmarshalJSONStrict(text); err != nil {
			fmt.Println(name, err)
		}
		// It is never nil: a list of what is wrong, which may be empty.
		if err := found.Validate(); err != nil && err.Error() != "" {
			fmt.Println(name, err)
		}
	}
}
