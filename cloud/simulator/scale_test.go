package simulator_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

func largeCloud() simulator.File {
	file := smallCloud()
	file.Images = nil
	var consumers []string
	for n := range 40 {
		consumers = append(consumers, fmt.Sprintf("4000000000%02d", n))
	}
	for n := range 10_000 {
		file.Images = append(file.Images, newImage(fmt.Sprintf("ami-%017x", n), fmt.Sprintf("image-%d", n), func(i *simulator.Image) {
			i.LaunchPermissions.Accounts = consumers
		}))
	}
	return file
}

// BenchmarkDescribeImages lists 10,000 images with 40 entries each in pages of 1,000.
func BenchmarkDescribeImages(b *testing.B) {
	s, err := simulator.New(largeCloud(), simulator.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f := startServer(b, s)
	for b.Loop() {
		images := 0
		pages := ec2.NewDescribeImagesPaginator(f.ec2(owner), &ec2.DescribeImagesInput{Owners: []string{"self"}, MaxResults: aws.Int32(1000)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			images += len(page.Images)
		}
		if images != 10_000 {
			b.Fatalf("%d images", images)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	file := largeCloud()
	for b.Loop() {
		if _, err := simulator.New(file, simulator.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
