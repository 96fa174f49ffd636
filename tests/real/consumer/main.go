// A consumer of CDEvents, with the SDKs of CDEvents and CloudEvents for Go: it takes events over HTTP and resolves
// their chains and links. GET /chains tells, by chain, which events there are, and where their links lead to.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cdevents/sdk-go/pkg/api"
	cdevents "github.com/cdevents/sdk-go/pkg/api/v05"
	cloudevents "github.com/cloudevents/sdk-go/v2"
)

// Chain is the ids of its events, each with that of the event that all its links lead back to, if they do.
type Chain map[string]string

type consumer struct {
	lock   sync.Mutex
	events map[string]api.CDEventV04
}

// receive keeps an event that both SDKs find valid, and that says the same in either's words.
func (c *consumer) receive(sent cloudevents.Event) cloudevents.Result {
	event, err := cdevents.NewFromJsonBytes(sent.Data())
	if err == nil {
		err = errors.Join(sent.Validate(), api.Validate(event), same(sent, event))
	}
	if err != nil {
		return cloudevents.NewHTTPResult(http.StatusUnprocessableEntity, "%s: %w", sent.ID(), err)
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.events[event.GetId()] = event
	return nil
}

func same(sent cloudevents.Event, event api.CDEventReader) error {
	made, err := api.AsCloudEvent(event)
	if err != nil {
		return err
	}
	outside := []string{sent.ID(), sent.Source(), sent.Subject(), sent.Time().String()}
	inside := []string{made.ID(), made.Source(), made.Subject(), event.GetTimestamp().String()}
	if !isCustom(sent) { // of a custom event that was read, the SDK (0.5.1) does not tell the type
		outside, inside = append(outside, sent.Type()), append(inside, made.Type())
	}
	if !slices.Equal(outside, inside) {
		return fmt.Errorf("the CloudEvent says %s, the CDEvent in it %s", outside, inside)
	}
	return nil
}

func isCustom(sent cloudevents.Event) bool {
	return strings.HasPrefix(sent.Type(), api.CustomEventTypeRoot)
}

func (c *consumer) chains() map[string]Chain {
	c.lock.Lock()
	defer c.lock.Unlock()
	found := map[string]Chain{}
	for id, event := range c.events {
		if found[event.GetChainId()] == nil {
			found[event.GetChainId()] = Chain{}
		}
		found[event.GetChainId()][id] = c.root(id, len(c.events))
	}
	return found
}

// root is empty where a link leads to no event, out of the chain, to different beginnings or round in a circle.
func (c *consumer) root(id string, steps int) string {
	found := id
	for at, link := range c.events[id].GetLinks() {
		next, known := c.events[target(link)]
		if !known || steps == 0 || next.GetChainId() != c.events[id].GetChainId() {
			return ""
		}
		root := c.root(next.GetId(), steps-1)
		if at > 0 && root != found {
			return ""
		}
		found = root
	}
	return found
}

func target(link api.EmbeddedLink) string {
	if path, ok := link.(api.EmbeddedLinkWithTagsAndSource); ok {
		return path.GetFrom().ContextId
	}
	return link.(api.EmbeddedLinkWithTagsAndRelation).GetTarget().ContextId
}

func main() {
	c := &consumer{events: map[string]api.CDEventV04{}}
	protocol, err := cloudevents.NewHTTP()
	if err != nil {
		log.Fatal(err)
	}
	receiver, err := cloudevents.NewHTTPReceiveHandler(context.Background(), protocol, c.receive)
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /", receiver)
	http.HandleFunc("GET /chains", func(answer http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(answer).Encode(c.chains()); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
