package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	engine "github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
	"github.com/amisync/amisync/schema"
)

// manyImages is more than any estate is known to have.
const manyImages = 100_000

// core measures everything but the calls.
func core(ctx context.Context) ([]measurement, error) {
	costs, err := bestAlone(ctx, 5, job{"recode", manyImages}, job{"plan", manyImages}, job{"plan", manyImages / 2})
	if err != nil {
		return nil, err
	}
	plain, all, part := costs[0], costs[1], costs[2]
	const mebi, twice = 1 << 20, "twice the images and shares: "
	return []measurement{
		held("core", "from manifests to a plan in JSON", "s", all.Seconds, plain.Seconds, 3,
			fmt.Sprintf("%d images, %d shares, %d principals each; bound: encoding/json reads and writes the images with the ids of their principals", manyImages, manyImages/imagesAShare, imagePrincipals)),
		held("core", "memory of the process, its input included", "MiB", all.Memory/mebi, 2048, 1, "bound: 2 GiB"),
		held("core", twice+"memory", "MiB", all.Memory/mebi, part.Memory/mebi, 2.3, "bound: with half of them"),
		held("core", twice+"time", "s", all.Seconds, part.Seconds, 2.3, "bound: with half of them"),
		held("core", twice+"allocations", "", all.Allocs, part.Allocs, 2.3, "bound: with half of them"),
		held("core", twice+"allocated bytes", "MiB", all.Bytes/mebi, part.Bytes/mebi, 2.3, "bound: with half of them"),
	}, nil
}

// planJob does everything that `amisync plan --format json` does, apart from the
// calls and their answers.
func planJob(images int) (func(context.Context) error, error) {
	e := newEstate(images, 100)
	writer, err := report.For(report.JSON, report.PlanDocument)
	return func(ctx context.Context) error {
		plan, err := e.plan(ctx)
		if err != nil {
			return err
		}
		return writer.WritePlan(io.Discard, plan, report.Style{})
	}, err
}

func recodeJob(images int) (func(context.Context) error, error) {
	text, err := newEstate(images, 100).plain()
	return func(context.Context) error { return recode(text) }, err
}

// plan goes from manifests to a plan.
func (e *estate) plan(ctx context.Context) (*reconcile.Plan, error) {
	loaded, err := schema.Load(e.manifests, "manifests")
	if err != nil {
		return nil, err
	}
	declarations, err := loaded.Compile(schema.Options{})
	if err != nil {
		return nil, err
	}
	carriers := map[principal.Provider]reconcile.Carrier{principal.AWS: func(changes []reconcile.Change) []reconcile.Call {
		return []reconcile.Call{{Action: "ModifyImageAttribute", Changes: changes}}
	}}
	limits := map[principal.Provider]reconcile.Limits{principal.AWS: {List: "DescribeImages", Read: "DescribeImageAttribute", IDsPerList: 200,
		Buckets: map[string]reconcile.Bucket{"DescribeImageAttribute": {Size: 100, Refill: 20}, "ModifyImageAttribute": {Size: 100, Refill: 5}}}}
	plan, _ := engine.Plan(ctx, engine.Request{Declarations: declarations, At: planned, Carriers: carriers, Limits: limits}, e.open, engine.Options{})
	if want := e.changes / 2; plan.Summary.Grants != want || plan.Summary.Revokes != want || plan.Stopped() || len(plan.Incomplete) > 0 {
		return nil, fmt.Errorf("the plan is another than was built: %+v, %v", plan.Summary, plan.Findings)
	}
	return plan, nil
}

// plainImage is an image as the plainest document has it.
type plainImage struct {
	Account    string   `json:"account"`
	Region     string   `json:"region"`
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Principals []string `json:"principals"`
}

// plain is the same images with the ids of their principals, and nothing else,
// as JSON.
func (e *estate) plain() ([]byte, error) {
	document := make([]plainImage, 0, len(e.answers))
	for _, images := range e.images {
		for _, image := range images {
			p := plainImage{Account: image.Account, Region: image.Region, ID: image.ID, Name: image.Name}
			for _, holder := range e.answers[image.Image].permissions {
				p.Principals = append(p.Principals, holder.ID)
			}
			document = append(document, p)
		}
	}
	return json.Marshal(document)
}

func recode(text []byte) error {
	var document []plainImage
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	again, err := json.Marshal(document)
	if err == nil && len(again) != len(text) {
		err = errors.New("the document does not come back")
	}
	return err
}
