import type { Row } from '../../api/records';
import { titleOf } from '../../definition/title';
import { DataGrid } from '../../ui/DataGrid';
import type { Leave, Order } from '../../ui/grid';
import { Cards } from './Cards';
import { CellEditor, changeable } from './CellEditor';
import { asShown } from './Columns';
import { Groups } from './groups/Groups';
import type { LayoutProps } from './layouts';
import type { Settings } from './useSettings';

interface Props extends Omit<LayoutProps, 'view'> {
  /** The field whose values make groups. */
  by: string | undefined;
  order: Order;
  onOrder: (order: Order) => void;
  settings: Settings;
  /** Whether cells are there to be changed. */
  editing: boolean;
}

/** Records one below the other: in groups, as cards on a phone, else as a table whose cells can be changed. */
export function Listing(props: Props) {
  const { object, columns, cells, rows, by, order, onOrder, settings, phone, rowHeight } = props;
  if (by !== undefined) return <Groups key={by} {...props} by={by} />;
  if (phone) return <Cards {...props} />;
  const widen = (key: string, width: number) =>
    settings.setColumns(columns.map((one) => (one.path === key ? { ...asShown(one), width } : asShown(one))));
  return (
    <DataGrid
      label={object.plural}
      columns={columns.map((column, at) => ({
        ...(cells[at] as (typeof cells)[number]),
        edit: changeable(object, column)
          ? (row: Row, leave: Leave) => (
              <CellEditor key={row.id} object={object} column={column} row={row} leave={leave} />
            )
          : undefined,
      }))}
      editing={props.editing}
      onWidth={widen}
      count={rows.reach}
      row={rows.at}
      id={(row) => row.id}
      name={(row) => titleOf(object, row)}
      onShow={rows.show}
      onOpen={props.onOpen}
      order={order}
      onOrder={onOrder}
      selected={props.selected}
      onSelect={props.onSelect}
      rowHeight={rowHeight}
    />
  );
}
