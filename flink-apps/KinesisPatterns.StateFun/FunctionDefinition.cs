using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>A registered function.</summary>
internal sealed class FunctionDefinition(FunctionSpec spec, Func<IServiceProvider, IStatefulFunction> create, ErrorPolicy errors)
{
    private readonly ValueSpec[] _values = [.. spec.Values];

    public FunctionSpec Spec { get; } = spec;

    public ErrorPolicy Errors { get; } = errors;

    public IStatefulFunction Create(IServiceProvider services) => create(services)
        ?? throw new InvalidOperationException($"{Spec.Type}: expected a function, got null from what creates it");

    /// <summary>The function's values with what a batch brings; values that the function no longer knows are left aside.</summary>
    public StateCell[] Cells(InvocationBatch batch)
    {
        if (_values.Length == 0)
        {
            return [];
        }

        var cells = new StateCell[_values.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = _values[i].NewCell();
        }

        for (var i = 0; i < batch.StateCount; i++)
        {
            Receive(cells, batch, i);
        }

        return cells;
    }

    private void Receive(StateCell[] cells, InvocationBatch batch, int index)
    {
        foreach (var cell in cells)
        {
            if (!batch.StateName(index).SequenceEqual(cell.Spec.Utf8Name))
            {
                continue;
            }

            if (batch.StateHasValue(index) && !batch.StateType(index).SequenceEqual(cell.Spec.TypeName.Utf8))
            {
                throw new InvalidOperationException(
                    $"{Spec.Type}: expected '{cell.Spec.Name}' to be of {cell.Spec.TypeName}, got {Proto.Text(batch.StateType(index))}");
            }

            cell.Receive(batch.StateBytes(index), batch.StateHasValue(index));
        }
    }
}
