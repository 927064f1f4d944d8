"""What the list of messages can be narrowed by."""

from preparedness import shapes
from preparedness.i18n import _l
from preparedness.notifications.models import MessageState


class FilterSchema(shapes.Shape):
    """The filters above the list of messages."""

    state = shapes.code(MessageState, _l("What became of it"))
