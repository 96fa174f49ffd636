// Reads dashboards as Grafana's own SDK does, strictly, and says what is wrong in one.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			log.Fatal(err)
		}
		found := dashboard.Dashboard{}
		say(found.UnmarshalJSONStrict(text))
		say(found.Validate())
	}
}

// An error of the SDK is a list of what is wrong, which may be empty.
func say(err error) {
	if err != nil && err.Error() != "" {
		fmt.Println(err)
	}
}
