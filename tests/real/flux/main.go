// What Flux's notification controller (1.9.3, receivers of the type cdevents) does with a request: the body is an event of
// CDEvents 0.4 by the SDK, valid, and the header Ce-Type is one of those that are wanted, if any are.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/cdevents/sdk-go/pkg/api"
	cdevents "github.com/cdevents/sdk-go/pkg/api/v04"
)

func main() {
	wanted := os.Args[2:]
	http.HandleFunc("POST /hook/", func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		var event api.CDEventV04
		if err == nil {
			event, err = cdevents.NewFromJsonBytes(body)
		}
		if err == nil {
			err = api.Validate(event)
		}
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadRequest)
			return
		}
		kind := request.Header.Get("Ce-Type")
		is := func(each string) bool { return strings.EqualFold(each, kind) }
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, is) {
			http.Error(answer, "not one of the events of this receiver: "+kind, http.StatusBadRequest)
		}
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
