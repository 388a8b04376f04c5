// Enum values: the name of the enum, the name of the variant and its positional data. `Result` is one of them.
import { DISPLAY, EQUAL, HarnObject, KIND, type List, PROPERTY, type Value } from './value.ts';

export class HarnEnum extends HarnObject {
  readonly enumName: string;
  readonly variant: string;
  readonly fields: List;

  constructor(enumName: string, variant: string, fields: List) {
    super();
    this.enumName = enumName;
    this.variant = variant;
    this.fields = fields;
  }

  get [KIND](): string {
    return 'enum';
  }

  override [DISPLAY](show: (value: Value) => string): string {
    const name = `${this.enumName}.${this.variant}`;
    return this.fields.length === 0 ? name : `${name}(${this.fields.map(show).join(', ')})`;
  }

  override [EQUAL](other: Value, equal: (a: Value, b: Value) => boolean): boolean {
    return (
      other instanceof HarnEnum &&
      other.variant === this.variant &&
      other.enumName === this.enumName &&
      equal(this.fields, other.fields)
    );
  }

  override [PROPERTY](name: string): Value | undefined {
    if (name === 'variant') return this.variant;
    return name === 'fields' ? this.fields : undefined;
  }
}

const NO_FIELDS: List = [];

/** `Color.Red`, `Shape.Circle(2.0)`. */
export function makeEnum(enumName: string, variant: string, fields: List = NO_FIELDS): HarnEnum {
  return new HarnEnum(enumName, variant, fields);
}

/** Whether a value is this variant of this enum: the test of a match arm and of a typed catch. */
export function isVariant(value: Value, enumName: string, variant?: string): value is HarnEnum {
  return (
    value instanceof HarnEnum &&
    value.enumName === enumName &&
    (variant === undefined || value.variant === variant)
  );
}
