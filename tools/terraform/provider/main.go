// A Terraform provider with the schema of another, and without that one's code. It serves the schema.json
// beside its executable, in the form of `terraform providers schema -json`. It finds every configuration
// valid, and reads, plans and applies without AWS: it makes up what only AWS can tell. The caller checks
// types, attributes, blocks, references and expressions.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Type     json.RawMessage `json:"type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items"`
	MaxItems    int64  `json:"max_items"`
}

type block struct {
	Attributes map[string]attribute   `json:"attributes"`
	BlockTypes map[string]nestedBlock `json:"block_types"`
}

type schema struct {
	Version int64 `json:"version"`
	Block   block `json:"block"`
}

type providerSchema struct {
	Provider          schema            `json:"provider"`
	ResourceSchemas   map[string]schema `json:"resource_schemas"`
	DataSourceSchemas map[string]schema `json:"data_source_schemas"`
}

type document struct {
	ProviderSchemas map[string]providerSchema `json:"provider_schemas"`
}

// The embedded interface has the methods that no check of the demo calls.
type provider struct {
	tfprotov5.ProviderServer
	schema *tfprotov5.GetProviderSchemaResponse
}

func (p provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return p.schema, nil
}

func (p provider) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (p provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (p provider) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

// Each computed attribute of a data source has a value of its type, as the caller demands known values.
func (p provider) ReadDataSource(_ context.Context, request *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	state, err := completed(p.schema.DataSourceSchemas[request.TypeName], request.Config, madeUp)
	return &tfprotov5.ReadDataSourceResponse{State: state}, err
}

func (p provider) PlanResourceChange(_ context.Context, request *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	state, err := completed(p.schema.ResourceSchemas[request.TypeName], request.ProposedNewState, unknown)
	return &tfprotov5.PlanResourceChangeResponse{PlannedState: state, UnsafeToUseLegacyTypeSystem: true}, err
}

// What the plan does not know has a value of its type, and a resource that is destroyed has none.
func (p provider) ApplyResourceChange(_ context.Context, request *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	state, err := completed(p.schema.ResourceSchemas[request.TypeName], request.PlannedState, madeUp)
	return &tfprotov5.ApplyResourceChangeResponse{NewState: state, UnsafeToUseLegacyTypeSystem: true}, err
}

func (p provider) ReadResource(_ context.Context, request *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: request.CurrentState}, nil
}

func (p provider) UpgradeResourceState(_ context.Context, request *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	kind := p.schema.ResourceSchemas[request.TypeName].ValueType()
	value, err := request.RawState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov5.NewDynamicValue(kind, value)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

// completed gives each computed attribute that has no value the one that fill makes.
func completed(schema *tfprotov5.Schema, from *tfprotov5.DynamicValue, fill func(string, tftypes.Type) tftypes.Value) (*tfprotov5.DynamicValue, error) {
	kind := schema.ValueType()
	value, err := from.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	fields := map[string]tftypes.Value{}
	if value.IsNull() {
		return from, nil
	}
	if err := value.As(&fields); err != nil {
		return nil, err
	}
	for _, one := range schema.Block.Attributes {
		if one.Computed && (fields[one.Name].IsNull() || !fields[one.Name].IsKnown()) {
			fields[one.Name] = fill(one.Name, one.Type)
		}
	}
	whole, err := tfprotov5.NewDynamicValue(kind, tftypes.NewValue(kind, fields))
	return &whole, err
}

func unknown(_ string, kind tftypes.Type) tftypes.Value {
	return tftypes.NewValue(kind, tftypes.UnknownValue)
}

// Lists of texts have as many elements as the configuration may ask for, and other lists none.
func madeUp(name string, kind tftypes.Type) tftypes.Value {
	switch {
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, name)
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 1)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, true)
	}
	list, isList := kind.(tftypes.List)
	if !isList || !list.ElementType.Is(tftypes.String) {
		return tftypes.NewValue(kind, nil)
	}
	elements := []tftypes.Value{}
	for at := 1; at <= 4; at++ {
		elements = append(elements, tftypes.NewValue(tftypes.String, fmt.Sprintf("%s-%d", name, at)))
	}
	return tftypes.NewValue(kind, elements)
}

var nestings = map[string]tfprotov5.SchemaNestedBlockNestingMode{
	"single": tfprotov5.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov5.SchemaNestedBlockNestingModeList,
	"set":    tfprotov5.SchemaNestedBlockNestingModeSet,
}

func convert(from block) (*tfprotov5.SchemaBlock, error) {
	to := &tfprotov5.SchemaBlock{}
	for name, one := range from.Attributes {
		kind, err := tftypes.ParseJSONType(one.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: type %s: %w", name, one.Type, err)
		}
		to.Attributes = append(to.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: kind, Required: one.Required, Optional: one.Optional, Computed: one.Computed,
		})
	}
	for name, one := range from.BlockTypes {
		inner, err := convert(one.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		nesting, known := nestings[one.NestingMode]
		if !known {
			return nil, fmt.Errorf("%s: nesting_mode %q is none of single, list and set", name, one.NestingMode)
		}
		to.BlockTypes = append(to.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: nesting, MinItems: one.MinItems, MaxItems: one.MaxItems,
		})
	}
	return to, nil
}

func convertAll(from map[string]schema) (map[string]*tfprotov5.Schema, error) {
	to := map[string]*tfprotov5.Schema{}
	for name, one := range from {
		inner, err := convert(one.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		to[name] = &tfprotov5.Schema{Version: one.Version, Block: inner}
	}
	return to, nil
}

func load() (string, *tfprotov5.GetProviderSchemaResponse, error) {
	executable, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(executable), "schema.json"))
	if err != nil {
		return "", nil, err
	}
	var all document
	if err := json.Unmarshal(text, &all); err != nil {
		return "", nil, fmt.Errorf("schema.json: %w", err)
	}
	if len(all.ProviderSchemas) != 1 {
		return "", nil, fmt.Errorf("schema.json has %d providers; it must have one", len(all.ProviderSchemas))
	}
	for name, one := range all.ProviderSchemas {
		configuration, err := convert(one.Provider.Block)
		if err != nil {
			return "", nil, err
		}
		resources, err := convertAll(one.ResourceSchemas)
		if err != nil {
			return "", nil, err
		}
		sources, err := convertAll(one.DataSourceSchemas)
		if err != nil {
			return "", nil, err
		}
		return name, &tfprotov5.GetProviderSchemaResponse{
			Provider:          &tfprotov5.Schema{Block: configuration},
			ResourceSchemas:   resources,
			DataSourceSchemas: sources,
		}, nil
	}
	return "", nil, nil
}

func main() {
	name, schema, err := load()
	if err == nil {
		err = tf5server.Serve(name, func() tfprotov5.ProviderServer { return provider{schema: schema} })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
